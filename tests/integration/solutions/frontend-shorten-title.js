function shorten(title, limit) {
    if (title.length <= limit) return title;
    const room = limit - 3;
    const cut = title.slice(0, room + 1).lastIndexOf(" ");
    return `${title.slice(0, cut > 0 ? cut : room)}...`;
}
