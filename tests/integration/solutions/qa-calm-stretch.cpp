#include <algorithm>
#include <string>

using namespace std;

int calm_stretch(string runs, int most) {
    int start = 0, failed = 0, longest = 0;
    for (int end = 0; end < int(runs.size()); ++end) {
        failed += runs[end] == 'F';
        while (failed > most) failed -= runs[start++] == 'F';
        longest = max(longest, end - start + 1);
    }
    return longest;
}
