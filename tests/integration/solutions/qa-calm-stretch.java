class Solution {
    int calm_stretch(String runs, int most) {
        int start = 0, failed = 0, longest = 0;
        for (int end = 0; end < runs.length(); end++) {
            if (runs.charAt(end) == 'F') failed++;
            for (; failed > most; start++) if (runs.charAt(start) == 'F') failed--;
            longest = Math.max(longest, end - start + 1);
        }
        return longest;
    }
}
