import java.util.*;

class Solution {
    List<List<String>> share_tests(List<List<Object>> tests, int machines) {
        List<List<Object>> longest = new ArrayList<>(tests);
        longest.sort(Comparator.comparing((List<Object> test) -> -(Long) test.get(1)).thenComparing(test -> (String) test.get(0)));
        List<List<String>> shared = new ArrayList<>();
        for (int machine = 0; machine < machines; machine++) shared.add(new ArrayList<>());
        long[] sums = new long[machines];
        for (List<Object> test : longest) {
            int first = 0;
            for (int each = 1; each < machines; each++) if (sums[each] < sums[first]) first = each;
            shared.get(first).add((String) test.get(0));
            sums[first] += (Long) test.get(1);
        }
        return shared;
    }
}
