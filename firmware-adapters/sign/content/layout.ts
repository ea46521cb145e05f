import type { SignText } from "../settings.ts";

/** The panel, counted in half-width characters and lines. */
export interface Panel {
  readonly columns: number;
  readonly rows: number;
}

/** A text on the panel's lines, or how many lines it would need. */
export type Layout =
  | { readonly kind: "fits"; readonly lines: readonly string[] }
  | { readonly kind: "too-long"; readonly rows: number };

/** Han, kana, hangul, full-width forms, CJK punctuation and emoji take two columns. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const COMBINING = /\p{M}/u;

/** Columns that a text takes. */
export function width(text: string): number {
  let columns = 0;
  for (const character of text) columns += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return columns;
}

/** Breaks a text into the panel's lines: Chinese first, then English, words whole where they fit on a line. */
export function layOut({ zh, en }: SignText, { columns, rows }: Panel): Layout {
  const lines = [zh, en]
    .filter((text) => text.trim() !== "")
    .flatMap((text) => text.split("\n"))
    .flatMap((line) => wrap(line.trimEnd(), columns));
  return lines.length <= rows ? { kind: "fits", lines } : { kind: "too-long", rows: lines.length };
}

function wrap(line: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  let used = 0;
  for (const piece of pieces(line, columns)) {
    const needed = width(piece);
    if (used + width(piece.trimEnd()) > columns) {
      lines.push(current.trimEnd());
      current = "";
      used = 0;
    }
    current += piece;
    used += needed;
  }
  return [...lines, current.trimEnd()];
}

/** What may not be broken: a word with the spaces after it, or one wide character. A word wider than a line is cut. */
function pieces(line: string, columns: number): readonly string[] {
  const found: string[] = [];
  let word = "";
  const end = (): void => {
    if (word !== "") found.push(word);
    word = "";
  };
  for (const character of line) {
    const isWide = WIDE.test(character);
    if (isWide || (character !== " " && word.endsWith(" ")) || width(word) + 1 > columns) end();
    word += character;
    if (isWide) end();
  }
  end();
  return found;
}
