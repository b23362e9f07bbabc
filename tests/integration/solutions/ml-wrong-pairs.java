import java.util.*;

class Solution {
    int wrong_pairs(int[] good, int[] bad) {
        Arrays.sort(good);
        Arrays.sort(bad);
        int wrong = 0, at = 0;
        for (int score : good) {
            while (at < bad.length && bad[at] < score) at++;
            wrong += bad.length - at;
        }
        return wrong;
    }
}
