function format_amount(text, cursor) {
    const zeros = /^[^1-9]*/.exec(text)[0].length;
    let kept = text.slice(zeros).replace(/[^0-9]/g, ""), left = text.slice(zeros, cursor).replace(/[^0-9]/g, "").length;
    if (kept === "" && text.includes("0")) [kept, left] = ["0", cursor > text.lastIndexOf("0") ? 1 : 0];
    let shown = "", place = 0;
    [...kept].forEach((digit, at) => {
        if (at && (kept.length - at) % 3 === 0) shown += ",";
        shown += digit;
        if (at + 1 === left) place = shown.length;
    });
    return [shown, place];
}
