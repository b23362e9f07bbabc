function route(patterns, path) {
    const given = path.split("/");
    const fits = (asked) =>
        asked.length <= given.length &&
        (asked.length === given.length || asked[asked.length - 1] === "*") &&
        asked.every((own, each) => own === "*" || (own[0] === ":" ? given[each] !== "" : own === given[each]));
    const rank = (segment) => (segment === "*" ? 2 : segment[0] === ":" ? 1 : 0);
    let best = null;
    for (const asked of patterns.map((pattern) => pattern.split("/")).filter(fits)) {
        const differs = best === null ? -1 : asked.findIndex((own, each) => rank(own) !== rank(best[each] ?? ""));
        if (best === null || (differs >= 0 && rank(asked[differs]) < rank(best[differs]))) best = asked;
    }
    return best === null ? "" : best.join("/");
}
