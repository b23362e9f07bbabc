class Solution {
    int calm_stretch(String runs, int most) {
        int longest = 0;
        for (int start = 0; start < runs.length(); start++) {
            int failed = 0;
            for (int end = start; end < runs.length(); end++) {
                if (runs.charAt(end) == 'F' && ++failed > most) break;
                longest = Math.max(longest, end - start + 1);
            }
        }
        return longest;
    }
}
