#include <numeric>
#include <vector>

using namespace std;

int quietest_start(vector<int> requests, int minutes) {
    int size = requests.size(), lowest = 0, best = -1;
    requests.insert(requests.end(), requests.begin(), requests.end());
    for (int start = 0; start < size; ++start) {
        int sum = accumulate(requests.begin() + start, requests.begin() + start + minutes, 0);
        if (best < 0 || sum < lowest) lowest = sum, best = start;
    }
    return best;
}
