import java.util.*;

class Solution {
    List<Integer> run_cache(int capacity, List<List<Object>> operations) {
        LinkedHashMap<String, long[]> entries = new LinkedHashMap<>();
        List<Integer> results = new ArrayList<>();
        for (List<Object> operation : operations) {
            long time = (Long) operation.get(1);
            String key = (String) operation.get(2);
            entries.values().removeIf(entry -> time >= entry[1]);
            long[] known = entries.remove(key);
            if (operation.get(0).equals("get")) {
                results.add(known == null ? null : (int) known[0]);
                if (known != null) entries.put(key, known);
                continue;
            }
            if (known == null && entries.size() == capacity) entries.remove(entries.keySet().iterator().next());
            entries.put(key, new long[] {(Long) operation.get(3), time + (Long) operation.get(4)});
        }
        return results;
    }
}
