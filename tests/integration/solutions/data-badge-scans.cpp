#include <algorithm>
#include <unordered_map>
#include <vector>

using namespace std;

int most_visitors(vector<int> scans, int length) {
    unordered_map<int, int> inside;
    size_t most = 0;
    for (size_t at = 0; at < scans.size(); ++at) {
        ++inside[scans[at]];
        if (at >= size_t(length)) {
            auto gone = inside.find(scans[at - length]);
            if (--gone->second == 0) inside.erase(gone);
        }
        most = max(most, inside.size());
    }
    return most;
}
