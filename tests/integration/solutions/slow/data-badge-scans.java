import java.util.*;

class Solution {
    int most_visitors(int[] scans, int length) {
        int most = 0;
        for (int at = 0; at == 0 || at + length <= scans.length; at++) {
            Set<Integer> inside = new HashSet<>();
            for (int each = at; each < Math.min(scans.length, at + length); each++) inside.add(scans[each]);
            most = Math.max(most, inside.size());
        }
        return most;
    }
}
