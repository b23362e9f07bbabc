function mark_matches(text, words) {
    let marked = "", end = 0, open = false;
    for (let at = 0; at < text.length; at++) {
        for (const word of words) if (word && text.startsWith(word, at)) end = Math.max(end, at + word.length);
        if (open !== end > at) marked += open ? "]" : "[";
        open = end > at;
        marked += text[at];
    }
    return open ? `${marked}]` : marked;
}
