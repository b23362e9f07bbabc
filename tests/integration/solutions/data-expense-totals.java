import java.util.*;

class Solution {
    List<List<Object>> totals(List<List<Object>> expenses) {
        Map<String, Long> sums = new TreeMap<>();
        for (List<Object> expense : expenses) {
            sums.merge(((String) expense.get(0)).strip().toLowerCase(), (Long) expense.get(1), Long::sum);
        }
        List<List<Object>> rows = new ArrayList<>();
        sums.entrySet().stream().sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .forEach(sum -> rows.add(List.of(sum.getKey(), sum.getValue())));
        return rows;
    }
}
