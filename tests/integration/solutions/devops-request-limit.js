function allow(requests, limit, window) {
    const accepted = new Map();
    return requests.map(([time, client]) => {
        const recent = (accepted.get(client) ?? []).filter((earlier) => earlier > time - window);
        const allowed = recent.length < limit;
        if (allowed) recent.push(time);
        accepted.set(client, recent);
        return allowed;
    });
}
