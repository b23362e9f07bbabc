import java.util.*;

class Solution {
    void carry_forward(List<Integer> readings, int hours) {
        int last = -1;
        for (int hour = 0; hour < readings.size(); hour++) {
            if (readings.get(hour) != null) last = hour;
            else if (last >= 0 && hour - last <= hours) readings.set(hour, readings.get(last));
        }
    }
}
