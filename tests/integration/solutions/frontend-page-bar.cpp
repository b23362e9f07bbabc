#include <cstdlib>
#include <string>
#include <vector>

using namespace std;

vector<string> page_bar(int current, int last, int around) {
    vector<string> bar;
    int before = 0;
    for (int page = 1; page <= last; ++page) {
        if (page != 1 && page != last && abs(page - current) > around) continue;
        if (page - before == 2) bar.push_back(to_string(page - 1));
        if (page - before > 2) bar.push_back("...");
        bar.push_back(to_string(page));
        before = page;
    }
    return bar;
}
