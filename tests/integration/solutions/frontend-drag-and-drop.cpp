#include <algorithm>
#include <set>
#include <string>
#include <vector>

using namespace std;

void drop_items(vector<string>& items, vector<string> selected, string target) {
    set<string> chosen(selected.begin(), selected.end());
    auto rests = [&](const string& each) { return !chosen.count(each); };
    auto at = find(items.begin(), items.end(), target);
    stable_partition(items.begin(), at, rests);
    stable_partition(at, items.end(), [&](const string& each) { return !rests(each); });
}
