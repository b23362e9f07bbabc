/** A task's statement as paragraphs and lists. Its lines are wrapped where the file's end, not where the page's do. */
export function statementBlocks(text: string): (string | string[])[] {
  const blocks: (string | string[])[] = [];
  for (const paragraph of text.trim().split(/\n\s*\n/)) {
    let continues = false;
    for (const line of paragraph.split("\n").map((each) => each.trim())) {
      const last = blocks.at(-1);
      if (line.startsWith("- ") && Array.isArray(last)) last.push(line.slice(2));
      else if (line.startsWith("- ")) blocks.push([line.slice(2)]);
      else if (!continues || last === undefined) blocks.push(line);
      else if (Array.isArray(last)) last.push(`${last.pop()} ${line}`);
      else blocks[blocks.length - 1] = `${last} ${line}`;
      continues = true;
    }
  }
  return blocks;
}
