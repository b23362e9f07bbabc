function final_text(actions, pause) {
    let steps = [], kept = 0, typed = -Infinity;
    for (const [kind, second, letters] of actions) {
        if (kind === "type") {
            if (second - typed <= pause) steps[kept - 1] += letters;
            else steps[kept++] = letters;
            steps.length = kept;
        } else if (kind === "undo") kept = Math.max(0, kept - 1);
        else kept = Math.min(steps.length, kept + 1);
        typed = kind === "type" ? second : -Infinity;
    }
    return steps.slice(0, kept).join("");
}
