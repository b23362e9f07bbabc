function fewest_wakeups(jobs, capacity) {
    const left = [...jobs].sort((one, other) => one[1] - other[1]);
    let wakeups = 0;
    while (left.length) {
        const minute = left[0][1];
        let room = capacity;
        for (let each = 0; each < left.length && room > 0; ) {
            if (left[each][0] <= minute) {
                left.splice(each, 1);
                room--;
            } else each++;
        }
        wakeups++;
    }
    return wakeups;
}
