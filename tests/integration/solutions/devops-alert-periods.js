function alert_periods(values, high, low, minutes) {
    const periods = [];
    let above = 0, open = null;
    values.forEach((value, minute) => {
        if (open) {
            if (value >= low) return;
            open[1] = minute;
            open = null;
            above = 0;
            return;
        }
        above = value > high ? above + 1 : 0;
        if (above === minutes) periods.push((open = [minute, -1]));
    });
    return periods;
}
