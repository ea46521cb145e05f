/** Where a line begins and ends in a text, in characters; lines count from 1. Beyond the last line: the end. */
export function spanOfLine(text: string, line: number): readonly [number, number] {
  let from = 0;
  for (let at = 1; at < line; at += 1) {
    const next = text.indexOf("\n", from);
    if (next === -1) return [text.length, text.length];
    from = next + 1;
  }
  const end = text.indexOf("\n", from);
  return [from, end === -1 ? text.length : end];
}
