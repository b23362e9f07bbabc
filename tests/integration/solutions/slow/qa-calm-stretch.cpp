#include <algorithm>
#include <string>

using namespace std;

int calm_stretch(string runs, int most) {
    int longest = 0, size = runs.size();
    for (int start = 0; start < size; ++start) {
        int failed = 0;
        for (int end = start; end < size; ++end) {
            if (runs[end] == 'F' && ++failed > most) break;
            longest = max(longest, end - start + 1);
        }
    }
    return longest;
}
