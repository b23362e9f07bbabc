#include <vector>

using namespace std;

int wrong_pairs(vector<int> good, vector<int> bad) {
    int wrong = 0;
    for (int score : good)
        for (int other : bad) wrong += score <= other;
    return wrong;
}
