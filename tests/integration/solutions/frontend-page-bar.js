function page_bar(current, last, around) {
    const bar = [];
    for (let page = 1; page <= last; page++) {
        if (page === 1 || page === last || Math.abs(page - current) <= around) bar.push(`${page}`);
        else {
            const from = page;
            while (page + 1 < last && Math.abs(page + 1 - current) > around) page++;
            bar.push(page === from ? `${page}` : "...");
        }
    }
    return bar;
}
