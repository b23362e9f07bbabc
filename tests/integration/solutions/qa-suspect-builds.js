function suspect_builds(results) {
    let suspects = [];
    for (const [at, result] of results.entries()) {
        if (result === "good") suspects = [];
        else suspects.push(at);
        if (result === "bad") return suspects;
    }
    return [];
}
