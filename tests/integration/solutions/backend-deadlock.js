function first_deadlock(operations) {
    const holder = new Map(), queues = new Map(), waits = new Map();
    for (const [position, [session, action, lock]] of operations.entries()) {
        const queue = queues.get(lock) ?? [];
        queues.set(lock, queue);
        if (action === "release") {
            const next = queue.shift();
            if (next === undefined) holder.delete(lock);
            else {
                holder.set(lock, next);
                waits.delete(next);
            }
        } else if (!holder.has(lock)) holder.set(lock, session);
        else if (holder.get(lock) !== session) {
            queue.push(session);
            waits.set(session, lock);
            let other = session;
            do other = holder.get(waits.get(other));
            while (other !== session && waits.has(other));
            if (other === session) return position;
        }
    }
    return -1;
}
