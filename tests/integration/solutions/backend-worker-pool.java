import java.util.*;

class Solution {
    int total_wait(int[] jobs, int workers) {
        PriorityQueue<Integer> free = new PriorityQueue<>(Collections.nCopies(workers, 0));
        int waited = 0;
        for (int minutes : jobs) {
            int start = free.poll();
            waited += start;
            free.add(start + minutes);
        }
        return waited;
    }
}
