import java.util.*;

class Solution {
    List<String> page_bar(int current, int last, int around) {
        List<String> bar = new ArrayList<>();
        int before = 0;
        for (int page = 1; page <= last; page++) {
            if (page != 1 && page != last && Math.abs(page - current) > around) continue;
            if (page - before == 2) bar.add("" + (page - 1));
            else if (page - before > 2) bar.add("...");
            bar.add("" + page);
            before = page;
        }
        return bar;
    }
}
