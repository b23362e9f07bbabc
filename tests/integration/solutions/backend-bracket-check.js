function first_fault(text) {
    const pairs = { ")": "(", "]": "[", "}": "{" };
    const open = [];
    for (let position = 0; position < text.length; position++) {
        const sign = text[position];
        if ("([{".includes(sign)) open.push(position);
        else if (sign in pairs && (open.length === 0 || text[open.pop()] !== pairs[sign])) return position;
    }
    return open.length ? open[0] : -1;
}
