function carry_forward(readings, hours) {
    let last = -Infinity;
    readings.forEach((reading, hour) => {
        if (reading !== null) last = hour;
        else if (hour - last <= hours) readings[hour] = readings[last];
    });
}
