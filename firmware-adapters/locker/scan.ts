import { systemClock, type Clock } from "@outpost/kernel/clock.ts";

import type { ByteLink } from "../links/link.ts";
import { exchange, type Line } from "./bus/exchange.ts";
import { CODECS } from "./codecs/codecs.ts";
import { FrameStream } from "./codecs/frame-stream.ts";
import { LockerError } from "./errors.ts";
import { PROTOCOLS, PROTOCOL_NAMES, type Protocol } from "./settings.ts";

/** A board that answered twice with a whole status. */
export interface FoundBoard {
  readonly protocol: Protocol;
  readonly board: number;
  /** How many locks its answer has room for. */
  readonly ways: number;
}

export interface ScanProgress {
  /** Addresses asked, of all there are. */
  readonly asked: number;
  readonly total: number;
  readonly found: readonly FoundBoard[];
  /** How long the rest takes where nobody else answers. */
  readonly leftMs: number;
}

export interface ScanOptions {
  readonly signal: AbortSignal;
  onProgress?(progress: ScanProgress): void;
  /** All of them where absent. */
  readonly protocols?: readonly Protocol[];
  /** How long each address has to answer; boards do so within some tens of milliseconds. */
  readonly timeoutMs?: number;
  readonly gapMs?: number;
  readonly clock?: Clock;
}

/** The highest address that is looked for, where a protocol could name more: boards have switches, not 255 of them. */
const HIGHEST_LOOKED_FOR = 32;
const TIMEOUT_MS = 200;
const GAP_MS = 20;

interface Candidate {
  readonly protocol: Protocol;
  readonly board: number;
}

/** How long a scan takes where nobody answers: every address keeps the line for its gap and its timeout. */
export function estimateScanMs(
  protocols: readonly Protocol[] = PROTOCOL_NAMES,
  { timeoutMs = TIMEOUT_MS, gapMs = GAP_MS }: { readonly timeoutMs?: number; readonly gapMs?: number } = {},
): number {
  return candidates(protocols).length * (timeoutMs + gapMs);
}

/**
 * Looks for lock boards on a line: asks every address of every protocol for its status, at the line's own speed. Nothing
 * that it sends opens a door in any of the protocols.
 *
 * Devices that are open on the line go on between the questions. A board is believed when it answers a second time.
 *
 * @throws LinkError while the line is down; the signal's reason.
 */
export async function scanLockers(link: ByteLink, options: ScanOptions): Promise<readonly FoundBoard[]> {
  const { signal, clock = systemClock, timeoutMs = TIMEOUT_MS } = options;
  const gapMs = Math.max(options.gapMs ?? GAP_MS, link.settings.gapMs);
  const all = candidates(options.protocols ?? PROTOCOL_NAMES);
  const found: FoundBoard[] = [];
  let lastByteAtMs = Number.NEGATIVE_INFINITY;
  const ask = (candidate: Candidate): Promise<number | undefined> =>
    link.exclusive("poll", signal, async (port) => {
      const codec = CODECS[candidate.protocol];
      const stream = new FrameStream(codec, () => undefined);
      const line: Line = { clock, codec, stream, gapMs, timeoutMs, lastByteAtMs, onFrame: () => undefined };
      try {
        const frame = await exchange(port, line, { kind: "read-board", board: candidate.board });
        return frame.kind === "board" ? frame.bits.length : undefined;
      } catch (error) {
        if (error instanceof LockerError) return undefined;
        throw error;
      } finally {
        lastByteAtMs = line.lastByteAtMs;
      }
    });
  for (const [index, candidate] of all.entries()) {
    const ways = await ask(candidate);
    if (ways !== undefined && (await ask(candidate)) === ways) found.push({ ...candidate, ways });
    const asked = index + 1;
    const leftMs = (all.length - asked) * (timeoutMs + gapMs);
    options.onProgress?.({ asked, total: all.length, found: [...found], leftMs });
  }
  return found;
}

function candidates(protocols: readonly Protocol[]): readonly Candidate[] {
  return protocols.flatMap((protocol) => {
    const { minBoard, maxBoard } = PROTOCOLS[protocol];
    const count = Math.min(maxBoard, HIGHEST_LOOKED_FOR) - minBoard + 1;
    return Array.from({ length: count }, (_, index) => ({ protocol, board: minBoard + index }));
  });
}
