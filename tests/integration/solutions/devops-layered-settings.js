function valid_settings(layers) {
    const root = { below: new Map() };
    for (const layer of layers) {
        for (const [name, value] of Object.entries(layer)) {
            let node = root;
            for (const part of name.split(".")) {
                delete node.value;
                if (!node.below.has(part)) node.below.set(part, { below: new Map() });
                node = node.below.get(part);
            }
            node.value = value;
            node.below.clear();
        }
    }
    const found = [];
    const visit = (node, name) => {
        if (node.value !== undefined) found.push([name, node.value]);
        for (const [part, next] of node.below) visit(next, name ? `${name}.${part}` : part);
    };
    visit(root, "");
    return found.sort(([one], [other]) => (one < other ? -1 : 1));
}
