#include <functional>
#include <queue>
#include <vector>

using namespace std;

int total_wait(vector<int> jobs, int workers) {
    priority_queue<int, vector<int>, greater<int>> ends;
    for (int worker = 0; worker < workers; ++worker) ends.push(0);
    int waited = 0;
    for (int minutes : jobs) {
        int start = ends.top();
        ends.pop();
        waited += start;
        ends.push(start + minutes);
    }
    return waited;
}
