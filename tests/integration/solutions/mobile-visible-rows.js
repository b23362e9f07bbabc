function visible_rows(heights, top, window) {
    const seen = [];
    let start = 0;
    heights.forEach((height, position) => {
        if (Math.min(start + height, top + window) > Math.max(start, top)) seen.push(position);
        start += height;
    });
    return seen;
}
