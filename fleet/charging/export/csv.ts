/** A cell: a text, a number as it is, or nothing. */
export type CsvCell = string | number | null;

/** By this mark Excel knows that a file is UTF-8. */
export const BYTE_ORDER_MARK = "\u{feff}";

/** One line of a CSV file with its line break. @see RFC 4180 */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(csvCell).join(",")}\r\n`;
}

/**
 * What spreadsheets take for the begin of a formula, also in the wide forms of Chinese and Japanese keyboards: a text from
 * a card or a station must never run on the desk of whoever opens the file.
 */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",\r\n]|^\s|\s$/;

function csvCell(cell: CsvCell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
