#include <vector>

using namespace std;

int quietest_start(vector<int> requests, int minutes) {
    int size = requests.size(), best = 0;
    vector<long long> before(1);
    for (int at = 0; at < 2 * size; ++at) before.push_back(before.back() + requests[at % size]);
    for (int start = 1; start < size; ++start)
        if (before[start + minutes] - before[start] < before[best + minutes] - before[best]) best = start;
    return best;
}
