function final_stack(actions) {
    const stack = ["home"];
    for (const [kind, screen] of actions) {
        if (kind !== "open" && stack.length > 1) stack.pop();
        if (kind === "back") continue;
        const known = stack.indexOf(screen);
        if (known >= 0) stack.length = known;
        stack.push(screen);
    }
    return stack;
}
