import java.util.*;

class Solution {
    List<String> start_order(Map<String, List<String>> needs) {
        TreeMap<String, Set<String>> waits = new TreeMap<>();
        needs.forEach((name, names) -> {
            waits.computeIfAbsent(name, none -> new HashSet<>()).addAll(names);
            names.forEach(each -> waits.computeIfAbsent(each, none -> new HashSet<>()));
        });
        List<String> order = new ArrayList<>();
        while (!waits.isEmpty()) {
            Optional<String> next = waits.keySet().stream().filter(name -> waits.get(name).isEmpty()).findFirst();
            if (next.isEmpty()) return List.of();
            waits.remove(next.get());
            waits.values().forEach(missing -> missing.remove(next.get()));
            order.add(next.get());
        }
        return order;
    }
}
