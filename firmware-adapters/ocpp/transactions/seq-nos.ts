/** Sequence numbers that were heard: ranges with both ends, ascending, none touching the next. */
export type SeqNos = readonly (readonly [from: number, to: number])[];

/** Numbers that are missing, both ends among them. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/**
 * Ranges that are kept. A station that is short of memory drops every second message of a transaction (OCPP 2.0.1,
 * E04): beyond this the oldest holes count as heard, since nothing can come to fill them any more.
 */
export const MAX_RANGES = 16;

export function hasSeqNo(heard: SeqNos, seqNo: number): boolean {
  return heard.some(([from, to]) => from <= seqNo && seqNo <= to);
}

export function addSeqNo(heard: SeqNos, seqNo: number): SeqNos {
  if (hasSeqNo(heard, seqNo)) return heard;
  const below = heard.filter(([, to]) => to < seqNo - 1);
  const above = heard.filter(([from]) => from > seqNo + 1);
  const touching = heard.filter(([from, to]) => to >= seqNo - 1 && from <= seqNo + 1).flat();
  const all = [...below, [Math.min(seqNo, ...touching), Math.max(seqNo, ...touching)] as const, ...above];
  const [oldest, second, ...rest] = all;
  if (all.length <= MAX_RANGES || oldest === undefined || second === undefined) return all;
  return [[oldest[0], second[1]], ...rest];
}

/** What is missing between the highest number heard and this one; undefined where nothing is. */
export function gapBefore(heard: SeqNos, seqNo: number): Gap | undefined {
  const from = (heard.at(-1)?.[1] ?? -1) + 1;
  return seqNo > from ? { from, to: seqNo - 1 } : undefined;
}
