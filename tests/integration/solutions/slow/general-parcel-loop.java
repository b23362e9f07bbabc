import java.util.*;

class Solution {
    List<Integer> where_are(int[] next_station, int[] starts, int ticks) {
        List<Integer> places = new ArrayList<>();
        for (int place : starts) {
            for (int tick = 0; tick < ticks; tick++) place = next_station[place];
            places.add(place);
        }
        return places;
    }
}
