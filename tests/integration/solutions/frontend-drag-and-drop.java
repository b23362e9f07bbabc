import java.util.*;

class Solution {
    void drop_items(List<String> items, List<String> selected, String target) {
        int at = target.isEmpty() ? items.size() : items.indexOf(target);
        List<String> before = new ArrayList<>(items.subList(0, at)), after = new ArrayList<>(items.subList(at, items.size()));
        List<String> moved = new ArrayList<>(items);
        moved.retainAll(selected);
        before.removeAll(selected);
        after.removeAll(selected);
        before.addAll(moved);
        before.addAll(after);
        for (int each = 0; each < before.size(); each++) items.set(each, before.get(each));
    }
}
