import { MAX_READ_BITS, MAX_READ_REGISTERS, isBitTable } from "../codec.ts";
import type { ReadRequest } from "../codec.ts";

/**
 * Finds reads that cover a request and whose answers differ in length from every answer that may still come.
 *
 * Two shorter pieces first, because they touch nothing that was not asked for; else one longer read, which the unit
 * may refuse because the neighbouring register does not exist.
 *
 * @param isTaken  whether a late answer may come that looks like this read's.
 * @returns        one or two reads, or undefined where every length is taken.
 */
export function unmistakableReads(
  request: ReadRequest,
  isTaken: (read: ReadRequest) => boolean,
): readonly ReadRequest[] | undefined {
  // Answers with bits are counted in bytes: only a difference of eight bits shows.
  const step = isBitTable(request.table) ? 8 : 1;
  return shorterPieces(request, step, isTaken) ?? longerRead(request, step, isTaken);
}

function shorterPieces(
  { table, address, count }: ReadRequest,
  step: number,
  isTaken: (read: ReadRequest) => boolean,
): readonly ReadRequest[] | undefined {
  for (let first = Math.floor((count - 1) / step) * step; first >= count / 2; first -= step) {
    const pieces = [
      { table, address, count: first },
      { table, address: address + first, count: count - first },
    ];
    if (!pieces.some(isTaken)) return pieces;
  }
  return undefined;
}

function longerRead(
  { table, address, count }: ReadRequest,
  step: number,
  isTaken: (read: ReadRequest) => boolean,
): readonly ReadRequest[] | undefined {
  const max = isBitTable(table) ? MAX_READ_BITS : MAX_READ_REGISTERS;
  for (let more = step; more <= step * 4 && count + more <= max; more += step) {
    const from = address + count + more <= 65_536 ? address : address - more;
    const longer = { table, address: from, count: count + more };
    if (!isTaken(longer)) return [longer];
  }
  return undefined;
}
