import type { DeviceMemory } from "../../adapter.ts";

const MAX_PARTS = 64;
const MAX_MESSAGES = 8;
const MAX_DONE = 200;
const PREFIX = "part/";
const DONE_ROW = "parts-done";
/** A message whose parts do not all come within this time will not be whole any more. */
const WHOLE_WITHIN_MS = 600_000;

/** One part of a split message. */
export interface Part {
  readonly qn: string;
  readonly cn: number;
  readonly count: number;
  readonly no: number;
  readonly cp: string;
  /** Of `cp`, to tell a repetition from another message with the same QN. */
  readonly digest: string;
}

type Rows = Readonly<Record<string, string | null>>;

/**
 * What a part makes of its message. `rows` go with its commit: a part that waits is on disk before it is acknowledged, so
 * that a restart loses nothing that the station will not send again.
 */
export type PartStep =
  | { readonly kind: "waits"; readonly rows: Rows; readonly dropped: readonly Dropped[] }
  | { readonly kind: "whole"; readonly rows: Rows; readonly cp: string; readonly finish: () => void }
  /** It belongs to a message that was whole before. */
  | { readonly kind: "repeated" }
  | { readonly kind: "refused"; readonly reason: string };

/** A message that was given up. */
export interface Dropped {
  readonly qn: string;
  readonly cn: number;
  readonly have: number;
  readonly count: number;
}

interface Gathering {
  readonly qn: string;
  readonly cn: number;
  readonly count: number;
  /** By number: its text and digest. */
  readonly parts: Map<number, { readonly cp: string; readonly digest: string }>;
  lastAtMs: number;
}

/** The split messages of one station that are not whole yet, and which were whole lately. Also in the device's memory. */
export class Parts {
  readonly #gathering = new Map<string, Gathering>();
  readonly #memory: DeviceMemory;
  #done: readonly string[] = [];
  #isLoaded = false;

  constructor(memory: DeviceMemory, nowMs: number) {
    this.#memory = memory;
    this.#load(nowMs);
  }

  add(part: Part, nowMs: number): PartStep {
    this.#load(nowMs);
    if (part.count > MAX_PARTS) return { kind: "refused", reason: `${part.count} parts; at most ${MAX_PARTS}` };
    if (this.#done.includes(doneMark(part))) return { kind: "repeated" };
    const dropped: Dropped[] = [];
    const rows: Record<string, string | null> = {};
    this.#makeRoom(part, dropped, rows);
    const gathering = this.#put(part, nowMs);
    if (gathering.parts.size < gathering.count) {
      rows[rowOf(part)] = part.cp;
      return { kind: "waits", rows, dropped };
    }
    const inOrder = [...gathering.parts.entries()].toSorted(([a], [b]) => a - b);
    for (const [no, { digest }] of inOrder) rows[rowOf({ ...part, no, digest })] = null;
    const done = [...this.#done, ...inOrder.map(([no, { digest }]) => doneMark({ ...part, no, digest }))].slice(
      -MAX_DONE,
    );
    rows[DONE_ROW] = done.join("\n");
    const finish = (): void => {
      this.#done = done;
      this.#gathering.delete(idOf(part));
    };
    return { kind: "whole", rows, cp: inOrder.map(([, { cp }]) => cp).join(";"), finish };
  }

  /** Gives up what has waited too long. @returns what, and the rows to delete. */
  expire(nowMs: number): { readonly dropped: readonly Dropped[]; readonly rows: Rows } {
    const dropped: Dropped[] = [];
    const rows: Record<string, string | null> = {};
    for (const gathering of this.#gathering.values()) {
      if (nowMs - gathering.lastAtMs >= WHOLE_WITHIN_MS) this.#drop(gathering, dropped, rows);
    }
    return { dropped, rows };
  }

  /** What was on disk before a restart, as soon as it can be known. */
  #load(nowMs: number): void {
    if (this.#isLoaded || !this.#memory.isRestored) return;
    this.#isLoaded = true;
    for (const [row, text] of this.#memory.rows) {
      if (row === DONE_ROW) this.#done = text.split("\n").slice(-MAX_DONE);
      const part = row.startsWith(PREFIX) ? partOf(row, text) : undefined;
      if (part !== undefined) this.#put(part, nowMs);
    }
  }

  /** Another message with this QN, or one message too many, puts out what waits. */
  #makeRoom(part: Part, dropped: Dropped[], rows: Record<string, string | null>): void {
    const same = this.#gathering.get(idOf(part));
    const before = same?.parts.get(part.no);
    const isOther = same !== undefined && (same.count !== part.count || (before && before.digest !== part.digest));
    if (same !== undefined && isOther) this.#drop(same, dropped, rows);
    const [oldest] = this.#gathering.values();
    if (!this.#gathering.has(idOf(part)) && this.#gathering.size >= MAX_MESSAGES && oldest !== undefined) {
      this.#drop(oldest, dropped, rows);
    }
  }

  #drop(gathering: Gathering, dropped: Dropped[], rows: Record<string, string | null>): void {
    const { qn, cn, count, parts } = gathering;
    // Also rows whose commit is still under way: commits are written in their order.
    for (const [no, { digest }] of parts) rows[rowOf({ qn, cn, count, no, digest })] = null;
    dropped.push({ qn, cn, count, have: parts.size });
    this.#gathering.delete(idOf(gathering));
  }

  #put(part: Part, nowMs: number): Gathering {
    const id = idOf(part);
    const found = this.#gathering.get(id);
    const gathering = found ?? { qn: part.qn, cn: part.cn, count: part.count, parts: new Map(), lastAtMs: nowMs };
    gathering.parts.set(part.no, { cp: part.cp, digest: part.digest });
    gathering.lastAtMs = nowMs;
    this.#gathering.set(id, gathering);
    return gathering;
  }
}

function idOf({ qn, cn }: Pick<Part, "qn" | "cn">): string {
  return `${qn}/${cn}`;
}

function doneMark({ qn, cn, no, digest }: Omit<Part, "cp">): string {
  return `${qn}/${cn}/${no}/${digest}`;
}

function rowOf({ qn, cn, count, no, digest }: Omit<Part, "cp">): string {
  return `${PREFIX}${qn}/${cn}/${count}/${no}/${digest}`;
}

function partOf(row: string, cp: string): Part | undefined {
  const match = /^part\/(?<qn>.*)\/(?<cn>\d+)\/(?<count>\d+)\/(?<no>\d+)\/(?<digest>[0-9a-f]+)$/.exec(row);
  if (match?.groups === undefined) return undefined;
  const { qn = "", cn, count, no, digest = "" } = match.groups;
  return { qn, cn: Number(cn), count: Number(count), no: Number(no), digest, cp };
}
