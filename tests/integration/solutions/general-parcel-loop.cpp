#include <vector>

using namespace std;

vector<int> where_are(vector<int> next_station, vector<int> starts, int ticks) {
    for (; ticks > 0; ticks /= 2) {
        if (ticks % 2) for (int& place : starts) place = next_station[place];
        vector<int> twice;
        for (int each : next_station) twice.push_back(next_station[each]);
        next_station = twice;
    }
    return starts;
}
