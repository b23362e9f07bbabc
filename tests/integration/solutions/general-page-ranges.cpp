#include <set>
#include <string>
#include <vector>

using namespace std;

string page_ranges(vector<int> pages) {
    set<int> sorted(pages.begin(), pages.end());
    string text;
    for (auto at = sorted.begin(); at != sorted.end();) {
        int first = *at, last = first;
        while (++at != sorted.end() && *at == last + 1) last = *at;
        if (!text.empty()) text += ", ";
        text += to_string(first);
        if (last > first) text += "-" + to_string(last);
    }
    return text;
}
