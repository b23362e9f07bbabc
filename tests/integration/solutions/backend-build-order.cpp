#include <map>
#include <set>
#include <string>
#include <vector>

using namespace std;

vector<string> start_order(map<string, vector<string>> needs) {
    map<string, set<string>> waits;
    for (auto& [name, names] : needs) {
        waits[name].insert(names.begin(), names.end());
        for (auto& each : names) waits[each];
    }
    vector<string> order;
    while (!waits.empty()) {
        auto next = waits.begin();
        while (next != waits.end() && !next->second.empty()) ++next;
        if (next == waits.end()) return {};
        order.push_back(next->first);
        waits.erase(next);
        for (auto& [name, missing] : waits) missing.erase(order.back());
    }
    return order;
}
