function build_minutes(steps, needs, target) {
    const state = new Map(), own = (map, name) => Object.hasOwn(map, name);
    const done = (name) => {
        if (state.has(name)) return state.get(name);
        if (!own(steps, name)) return -1;
        state.set(name, -1);
        let begin = 0;
        for (const need of own(needs, name) ? needs[name] : []) {
            const end = done(need);
            if (end < 0) return -1;
            begin = Math.max(begin, end);
        }
        state.set(name, begin + steps[name]);
        return begin + steps[name];
    };
    return done(target);
}
