class Solution {
    int wrong_pairs(int[] good, int[] bad) {
        int wrong = 0;
        for (int score : good) for (int other : bad) if (score <= other) wrong++;
        return wrong;
    }
}
