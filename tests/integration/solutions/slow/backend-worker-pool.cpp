#include <algorithm>
#include <vector>

using namespace std;

int total_wait(vector<int> jobs, int workers) {
    vector<int> free(workers);
    int waited = 0;
    for (int minutes : jobs) {
        int& first = *min_element(free.begin(), free.end());
        waited += first;
        first += minutes;
    }
    return waited;
}
