class Solution {
    int quietest_start(int[] requests, int minutes) {
        int sum = 0, lowest = Integer.MAX_VALUE, best = 0;
        for (int end = 0; end < requests.length + minutes - 1; end++) {
            sum += requests[end % requests.length];
            int start = end - minutes + 1;
            if (start < 0) continue;
            if (sum < lowest) {
                lowest = sum;
                best = start;
            }
            sum -= requests[start];
        }
        return best;
    }
}
