import { MAX_READ_BITS, isBitTable } from "../codec.ts";
import type { ReadRequest, Table } from "../codec.ts";

/** What a plan needs to know of a point: where it lies, and over how many registers or bits. */
export interface Span {
  readonly table: Table;
  readonly address: number;
  readonly count: number;
}

/** One request, and the points whose words it brings. */
export interface ReadBlock<P extends Span> extends ReadRequest {
  readonly points: readonly P[];
}

export interface ReadLimits {
  readonly maxRegistersPerRead: number;
  /** Registers nobody asked for that a request may read over. A register's bits count as one register. */
  readonly maxGapRegisters: number;
}

/** A place no request may reach across, learnt from a refusal: what lies before `address` is never read with it. */
export interface Cut {
  readonly table: Table;
  readonly address: number;
}

const BITS_PER_REGISTER = 16;

/**
 * Plans the fewest requests that read all points, each point whole within one request.
 *
 * From the lowest address on, each request reaches as far as the limits let it; for covering spans on a line with
 * windows of one length that is the least number there can be.
 *
 * @param points  in any order; they may overlap.
 * @param cuts    what `cutsAfterRefusal` gave so far for this device.
 */
export function planReads<P extends Span>(
  points: readonly P[],
  limits: ReadLimits,
  cuts: readonly Cut[],
): ReadBlock<P>[] {
  const blocks: ReadBlock<P>[] = [];
  let group: P[] = [];
  let end = 0;
  const close = (): void => {
    const [first] = group;
    if (first === undefined) return;
    blocks.push({ table: first.table, address: first.address, count: end - first.address, points: group });
    group = [];
  };
  for (const point of points.toSorted(byPlace)) {
    const [first] = group;
    if (first === undefined || !fits(first, end, point, { limits, cuts })) {
      close();
      end = 0;
    }
    group.push(point);
    end = Math.max(end, point.address + point.count);
  }
  close();
  return blocks;
}

/**
 * What to remember when a device refuses a block with "illegal address" or "illegal value".
 *
 * First the holes are suspected, the registers between the points that nobody asked for; where there are none, the
 * block is halved, so that a register that does not exist ends up alone.
 *
 * @returns the new cuts; none where the block is a single place that cannot be read at all.
 */
export function cutsAfterRefusal(block: ReadBlock<Span>): readonly Cut[] {
  const { table } = block;
  const holes: Cut[] = [];
  const starts = new Set<number>();
  let end = block.address;
  for (const point of block.points.toSorted(byPlace)) {
    if (point.address > end) holes.push({ table, address: point.address });
    if (point.address > block.address) starts.add(point.address);
    end = Math.max(end, point.address + point.count);
  }
  if (holes.length > 0) return holes;
  const middle = [...starts][Math.floor(starts.size / 2)];
  return middle === undefined ? [] : [{ table, address: middle }];
}

const TABLES: readonly Table[] = ["coil", "discrete-input", "holding-register", "input-register"];

function byPlace(a: Span, b: Span): number {
  return TABLES.indexOf(a.table) - TABLES.indexOf(b.table) || a.address - b.address || a.count - b.count;
}

function fits(
  first: Span,
  end: number,
  point: Span,
  { limits, cuts }: { readonly limits: ReadLimits; readonly cuts: readonly Cut[] },
): boolean {
  if (point.table !== first.table) return false;
  const isCut = cuts.some(
    (cut) => cut.table === point.table && first.address < cut.address && cut.address <= point.address,
  );
  if (isCut) return false;
  const isBits = isBitTable(point.table);
  const maxGap = limits.maxGapRegisters * (isBits ? BITS_PER_REGISTER : 1);
  const max = isBits ? MAX_READ_BITS : limits.maxRegistersPerRead;
  return point.address - end <= maxGap && Math.max(end, point.address + point.count) - first.address <= max;
}
