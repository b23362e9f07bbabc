function hide_cards(line) {
    const hide = (run) => "*".repeat(run.length - 4) + run.slice(-4);
    return line.replace(/[0-9]+/g, (run) => (run.length >= 13 && run.length <= 19 ? hide(run) : run));
}
