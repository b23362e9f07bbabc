function agreed_labels(votes, least) {
    const recordings = new Map();
    for (const [recording, person, label] of votes) {
        if (!recordings.has(recording)) recordings.set(recording, new Map());
        recordings.get(recording).set(person, label);
    }
    return [...recordings].map(([recording, people]) => {
        const counts = new Map();
        for (const label of people.values()) counts.set(label, (counts.get(label) ?? 0) + 1);
        const most = Math.max(...counts.values());
        const first = [...counts].filter(([, count]) => count === most);
        return [recording, first.length === 1 && most >= least ? first[0][0] : "unsure"];
    });
}
