#include <algorithm>
#include <vector>

using namespace std;

int wrong_pairs(vector<int> good, vector<int> bad) {
    sort(bad.begin(), bad.end());
    int wrong = 0;
    for (int score : good) wrong += bad.end() - lower_bound(bad.begin(), bad.end(), score);
    return wrong;
}
