#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

using namespace std;

tuple<map<string, string>, vector<string>> merge_edits(map<string, string> base, map<string, string> mine, map<string, string> theirs) {
    map<string, string> merged;
    vector<string> conflicts;
    set<string> fields;
    for (auto* copy : {&base, &mine, &theirs})
        for (auto& [field, value] : *copy) fields.insert(field);
    auto in = [](map<string, string>& copy, const string& field) -> optional<string> {
        auto found = copy.find(field);
        return found == copy.end() ? nullopt : optional(found->second);
    };
    for (auto& field : fields) {
        auto old = in(base, field), left = in(mine, field), right = in(theirs, field);
        if (left != right && left != old && right != old) conflicts.push_back(field);
        auto value = right == old ? left : right;
        if (value) merged[field] = *value;
    }
    return {merged, conflicts};
}
