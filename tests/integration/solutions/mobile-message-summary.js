function summarise_chats(messages) {
    const senders = new Map();
    for (const [conversation, sender] of messages) {
        const names = [...(senders.get(conversation) ?? []), sender];
        senders.delete(conversation);
        senders.set(conversation, names);
    }
    return [...senders].reverse().map(([conversation, names]) => {
        let different = [...new Set(names)];
        if (different.length > 3) different = [different[0], different[1], `${different.length - 2} others`];
        const last = different.pop();
        const who = different.length ? `${different.join(", ")} and ${last}` : last;
        return `${conversation}: ${who}${names.length > 1 ? ` (${names.length})` : ""}`;
    });
}
