function drop_items(items, selected, target) {
    let at = target === "" ? items.length : items.indexOf(target);
    while (at < items.length && selected.includes(items[at])) at++;
    const before = at < items.length ? items[at] : null;
    const moved = items.filter((each) => selected.includes(each));
    const rest = items.filter((each) => !selected.includes(each));
    rest.splice(before === null ? rest.length : rest.indexOf(before), 0, ...moved);
    items.splice(0, items.length, ...rest);
}
