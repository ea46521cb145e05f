import type { Clock } from "@outpost/kernel/clock.ts";

import type { BadReason } from "../../event.ts";
import type { ByteLink, BytePort } from "../../links/link.ts";
import { LineSplitter } from "../codec/line-splitter.ts";
import type { ScannerSettings } from "../settings.ts";
import { SLICE_MS, bytesWithin, holdLine } from "./hold-line.ts";

/** What a scanner tells the doorway. */
export interface ScannerEars {
  onCode(code: string): void;
  /** The scanner is there: its line is, and where it can be asked, it answers. */
  onUp(): void;
  onDown(reason: BadReason, detail: string): void;
}

export interface ScannerDeps extends ScannerEars {
  readonly clock: Clock;
}

/** So many questions in a row without an answer, and nobody is there. */
const MISSES_TO_SILENT = 2;
/** A question that was not answered is asked again after this. */
const ASK_AGAIN_MS = 1_000;
/** More than this before the reply is no scanner. */
const MAX_REPLY_BYTES = 2_048;

/** What was heard while the line was ours. `hasReplied`: undefined where nothing was asked. */
interface Heard {
  readonly bytes: Uint8Array;
  readonly hasReplied?: boolean;
}

/** Listens to a scanner until the signal aborts, then rejects with its reason. */
export async function runScanner(
  link: ByteLink,
  settings: ScannerSettings,
  deps: ScannerDeps,
  signal: AbortSignal,
): Promise<never> {
  const scanner = new Scanner(settings, deps);
  for (;;) {
    const held = await holdLine(link, deps.clock, signal, (port) => scanner.listen(port));
    if (held.kind === "down") scanner.lost(held.reason);
    else scanner.heard(held.value);
  }
}

class Scanner {
  readonly #settings: ScannerSettings;
  readonly #deps: ScannerDeps;
  readonly #lines: LineSplitter;
  #lastByteAtMs = 0;
  #askAtMs = Number.NEGATIVE_INFINITY;
  #misses = 0;
  /** Questions of this connection whose replies may still come, and would stand before the next code. */
  #repliesOwed = 0;

  constructor(settings: ScannerSettings, deps: ScannerDeps) {
    this.#settings = settings;
    this.#deps = deps;
    const { prefixHex = "", suffixHex = "", maxCodeLength } = settings;
    this.#lines = new LineSplitter({
      maxLength: maxCodeLength,
      prefix: Buffer.from(prefixHex, "hex"),
      suffix: Buffer.from(suffixHex, "hex"),
    });
  }

  async listen(port: BytePort): Promise<Heard> {
    const { heartbeat } = this.#settings;
    // Not while a code is coming in: the reply would stand in the middle of it.
    const isDue = heartbeat !== undefined && this.#lines.isEmpty && this.#nowMs() >= this.#askAtMs;
    if (!isDue) return { bytes: await bytesWithin(port, SLICE_MS) };
    await port.write(Buffer.from(heartbeat.requestHex, "hex"));
    const reply = Buffer.from(heartbeat.replyHex, "hex");
    const deadlineMs = this.#nowMs() + heartbeat.timeoutMs;
    let bytes = Buffer.alloc(0);
    for (let leftMs = heartbeat.timeoutMs; leftMs > 0; leftMs = deadlineMs - this.#nowMs()) {
      bytes = Buffer.concat([bytes, await bytesWithin(port, leftMs)]);
      const at = bytes.indexOf(reply);
      const rest = [bytes.subarray(0, at), bytes.subarray(at + reply.length)];
      if (at >= 0) return { bytes: Buffer.concat(rest), hasReplied: true };
      if (bytes.length > MAX_REPLY_BYTES) break;
    }
    return { bytes, hasReplied: false };
  }

  lost(reason: string): void {
    this.#lines.flush();
    this.#askAtMs = Number.NEGATIVE_INFINITY;
    this.#misses = 0;
    this.#repliesOwed = 0;
    this.#deps.onDown("link-down", reason);
  }

  heard({ bytes, hasReplied }: Heard): void {
    const codes = this.#codesIn(this.#withoutLateReplies(bytes), this.#nowMs());
    if (hasReplied === false) this.#repliesOwed += 1;
    if (hasReplied !== undefined || codes.length > 0) this.#judge(hasReplied ?? true, codes.length > 0, bytes.length);
    else if (this.#settings.heartbeat === undefined) this.#deps.onUp();
    for (const code of codes) this.#deps.onCode(code);
  }

  #withoutLateReplies(bytes: Uint8Array): Uint8Array {
    const reply = Buffer.from(this.#settings.heartbeat?.replyHex ?? "", "hex");
    let rest = Buffer.from(bytes);
    while (this.#repliesOwed > 0 && this.#lines.isEmpty && rest.subarray(0, reply.length).equals(reply)) {
      this.#repliesOwed -= 1;
      rest = rest.subarray(reply.length);
    }
    return rest;
  }

  #codesIn(bytes: Uint8Array, nowMs: number): readonly string[] {
    if (bytes.length > 0) {
      this.#lastByteAtMs = nowMs;
      return this.#lines.push(bytes);
    }
    const { idleFlushMs } = this.#settings;
    const isWhole = idleFlushMs > 0 && !this.#lines.isEmpty && nowMs - this.#lastByteAtMs >= idleFlushMs;
    return isWhole ? this.#lines.flush() : [];
  }

  /** A code is a sign of life as good as a reply: some scanners do not answer while they read. */
  #judge(hasReplied: boolean, hasCodes: boolean, bytes: number): void {
    const { heartbeat } = this.#settings;
    if (hasReplied || hasCodes) {
      this.#misses = 0;
      this.#askAtMs = this.#nowMs() + (heartbeat?.everyMs ?? 0);
      return this.#deps.onUp();
    }
    this.#misses += 1;
    this.#askAtMs = this.#nowMs() + ASK_AGAIN_MS;
    if (this.#misses < MISSES_TO_SILENT) return;
    if (bytes > 0) this.#deps.onDown("bad-frame", "the scanner's line carries something else than its replies");
    else this.#deps.onDown("timeout", `the scanner did not reply within ${heartbeat?.timeoutMs ?? 0} ms`);
  }

  #nowMs(): number {
    return this.#deps.clock.monotonicMs();
  }
}
