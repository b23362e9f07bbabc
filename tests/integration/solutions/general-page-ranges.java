import java.util.*;

class Solution {
    String page_ranges(int[] pages) {
        int[] sorted = Arrays.stream(pages).distinct().sorted().toArray();
        StringJoiner ranges = new StringJoiner(", ");
        for (int at = 0; at < sorted.length; at++) {
            int first = sorted[at];
            while (at + 1 < sorted.length && sorted[at + 1] == sorted[at] + 1) at++;
            ranges.add(first == sorted[at] ? "" + first : first + "-" + sorted[at]);
        }
        return ranges.toString();
    }
}
