#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

using namespace std;

vector<tuple<string, int>> totals(vector<tuple<string, int>> expenses) {
    map<string, int> sums;
    for (auto [category, cents] : expenses) {
        auto first = category.find_first_not_of(' '), last = category.find_last_not_of(' ');
        string name = category.substr(first, last - first + 1);
        transform(name.begin(), name.end(), name.begin(), ::tolower);
        sums[name] += cents;
    }
    vector<tuple<string, int>> rows(sums.begin(), sums.end());
    stable_sort(rows.begin(), rows.end(), [](auto& one, auto& other) { return get<1>(one) > get<1>(other); });
    return rows;
}
