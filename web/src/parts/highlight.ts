/** What stands before a quote, the quote, and what stands after it. */
export type Highlight = [before: string, quoted: string, after: string];

/**
 * Cut a turn's text around a quote. Offsets count code points, as the server does, not the UTF-16 units of a
 * JavaScript string; a quote that does not stand there (the turn was corrected since) is looked for, or not shown.
 */
export function highlighted(text: string, quote: { start: number; end: number; text: string } | null): Highlight {
  if (!quote) return [text, "", ""];
  const points = Array.from(text);
  const quoted = points.slice(quote.start, quote.end).join("");
  if (quoted === quote.text) {
    return [points.slice(0, quote.start).join(""), quoted, points.slice(quote.end).join("")];
  }
  const at = quote.text ? text.indexOf(quote.text) : -1;
  if (at < 0) return [text, "", ""];
  return [text.slice(0, at), quote.text, text.slice(at + quote.text.length)];
}
