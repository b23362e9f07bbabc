class Solution {
    int total_wait(int[] jobs, int workers) {
        int[] free = new int[workers];
        int waited = 0;
        for (int minutes : jobs) {
            int first = 0;
            for (int each = 1; each < workers; each++) if (free[each] < free[first]) first = each;
            waited += free[first];
            free[first] += minutes;
        }
        return waited;
    }
}
