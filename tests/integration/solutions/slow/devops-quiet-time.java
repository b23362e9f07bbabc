class Solution {
    int quietest_start(int[] requests, int minutes) {
        int lowest = Integer.MAX_VALUE, best = 0;
        for (int start = 0; start < requests.length; start++) {
            int sum = 0;
            for (int each = start; each < start + minutes; each++)
                sum += requests[each < requests.length ? each : each - requests.length];
            if (sum < lowest) {
                lowest = sum;
                best = start;
            }
        }
        return best;
    }
}
