#include <algorithm>
#include <vector>

using namespace std;

int most_visitors(vector<int> scans, int length) {
    int most = 0, highest = scans.empty() ? 0 : *max_element(scans.begin(), scans.end());
    vector<int> seen(highest + 1, -1);
    for (int at = 0; at == 0 || at + length <= int(scans.size()); ++at) {
        int count = 0;
        for (int each = at; each < min(int(scans.size()), at + length); ++each) {
            count += seen[scans[each]] != at;
            seen[scans[each]] = at;
        }
        most = max(most, count);
    }
    return most;
}
