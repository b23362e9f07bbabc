#include <optional>
#include <vector>

using namespace std;

void carry_forward(vector<optional<int>>& readings, int hours) {
    int last = -1;
    for (int hour = 0; hour < int(readings.size()); ++hour) {
        if (readings[hour]) last = hour;
        else if (last >= 0 && hour - last <= hours) readings[hour] = readings[last];
    }
}
