import java.util.*;

class Solution {
    List<Object> merge_edits(Map<String, String> base, Map<String, String> mine, Map<String, String> theirs) {
        Map<String, String> merged = new HashMap<>();
        List<String> conflicts = new ArrayList<>();
        TreeSet<String> fields = new TreeSet<>(base.keySet());
        fields.addAll(mine.keySet());
        fields.addAll(theirs.keySet());
        for (String field : fields) {
            String old = base.get(field), left = mine.get(field), right = theirs.get(field);
            boolean changed = !Objects.equals(left, old), changedThere = !Objects.equals(right, old);
            if (changed && changedThere && !Objects.equals(left, right)) conflicts.add(field);
            String value = changedThere ? right : left;
            if (value != null) merged.put(field, value);
        }
        return List.of(merged, conflicts);
    }
}
