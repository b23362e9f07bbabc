import java.util.*;

class Solution {
    int most_visitors(int[] scans, int length) {
        Map<Integer, Integer> inside = new HashMap<>();
        int most = 0;
        for (int at = 0; at < scans.length; at++) {
            inside.merge(scans[at], 1, Integer::sum);
            if (at >= length) inside.computeIfPresent(scans[at - length], (badge, count) -> count == 1 ? null : count - 1);
            most = Math.max(most, inside.size());
        }
        return most;
    }
}
