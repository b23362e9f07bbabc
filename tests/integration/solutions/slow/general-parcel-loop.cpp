#include <vector>

using namespace std;

vector<int> where_are(vector<int> next_station, vector<int> starts, int ticks) {
    for (int& place : starts)
        for (int tick = 0; tick < ticks; tick++) place = next_station[place];
    return starts;
}
