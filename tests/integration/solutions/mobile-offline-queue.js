function compact_queue(operations) {
    const records = new Map();
    for (const [record, kind, value] of operations) {
        const first = records.get(record)?.first ?? kind;
        records.set(record, { first, last: kind, value });
    }
    const shortest = [];
    for (const [record, { first, last, value }] of records) {
        if (last !== "delete") shortest.push([record, first === "create" ? "create" : "change", value]);
        else if (first !== "create") shortest.push([record, "delete", ""]);
    }
    return shortest;
}
