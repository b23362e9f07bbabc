#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

using namespace std;

vector<vector<string>> share_tests(vector<tuple<string, int>> tests, int machines) {
    sort(tests.begin(), tests.end(), [](auto& one, auto& other) {
        return make_tuple(-get<1>(one), get<0>(one)) < make_tuple(-get<1>(other), get<0>(other));
    });
    vector<vector<string>> shared(machines);
    vector<int> sums(machines);
    for (auto& [name, seconds] : tests) {
        int first = min_element(sums.begin(), sums.end()) - sums.begin();
        shared[first].push_back(name);
        sums[first] += seconds;
    }
    return shared;
}
