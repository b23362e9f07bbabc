import java.util.*;

class Solution {
    List<Integer> where_are(int[] next_station, int[] starts, int ticks) {
        int[] jump = next_station.clone(), places = starts.clone();
        for (; ticks > 0; ticks /= 2) {
            if (ticks % 2 == 1) for (int each = 0; each < places.length; each++) places[each] = jump[places[each]];
            int[] twice = new int[jump.length];
            for (int each = 0; each < jump.length; each++) twice[each] = jump[jump[each]];
            jump = twice;
        }
        List<Integer> found = new ArrayList<>();
        for (int place : places) found.add(place);
        return found;
    }
}
