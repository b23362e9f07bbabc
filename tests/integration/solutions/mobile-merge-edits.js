function merge_edits(base, mine, theirs) {
    const merged = {};
    const conflicts = [];
    for (const field of new Set([base, mine, theirs].flatMap(Object.keys))) {
        const [old, left, right] = [base[field], mine[field], theirs[field]];
        if (left !== right && left !== old && right !== old) conflicts.push(field);
        const value = right === old ? left : right;
        if (value !== undefined) merged[field] = value;
    }
    return [merged, conflicts.sort()];
}
