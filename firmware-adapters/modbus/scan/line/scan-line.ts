import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../../links/errors.ts";
import type { BytePort } from "../../../links/link.ts";
import { encodeRead } from "../../codec.ts";
import { encodeFrame } from "../../session/rtu-frame.ts";
import { decodeIdentify, encodeIdentify, type Identification } from "../identification.ts";
import type { ScanPass } from "../plan.ts";
import { hearAnswers, type Heard } from "./answers.ts";
import { doubt, judge, NO_TALLY, tallied, type DoubtfulUnit, type FoundUnit, type Tally } from "./findings.ts";

export interface LineScanDeps {
  readonly clock: Clock;
  /** One more unit id has been asked. */
  onProbe(): void;
}

export interface LineFindings {
  readonly found: readonly FoundUnit[];
  readonly doubtful: readonly DoubtfulUnit[];
  /** The converter gives back what it sends: switch its echo off. */
  readonly isEchoed: boolean;
  /** Why it ended before its end: the line was lost, or somebody else is asking on it. */
  readonly error?: string;
}

/** How often whoever makes a sound is asked in all. */
const ASKS = 3;
/** A unit that came late is given this many times the scan's patience. */
const PATIENCE = 8;
const MAX_ANSWER_BYTES = 512;
/** No answer of one unit goes on for so long: 256 bytes at 1200 baud take 2.4 s. */
const MAX_ANSWER_MS = 4_000;
/** Before anything is asked it is listened for somebody else who asks; sparks of a converter are fewer bytes. */
const LISTEN_FIRST_MS = 1_000;
const SOMEBODY_BYTES = 4;
const QUIET_WITHIN_MS = 3_000;
const OTHER_MASTER = "somebody else is asking on this line";
/** The basic category has three objects. */
const MAX_OBJECT_REQUESTS = 3;

/** One holding register: what most units have, and a refusal tells as much. It changes nothing. */
const PROBE = encodeRead({ table: "holding-register", address: 0, count: 1 });

/**
 * Asks every unit id of a pass. Reads only.
 *
 * @param signal  ends it early; what was found until then is the result, as where the line is lost.
 */
export async function scanLine(
  port: BytePort,
  pass: ScanPass,
  deps: LineScanDeps,
  signal: AbortSignal,
): Promise<LineFindings> {
  return await new LineScan(port, pass, deps).run(signal);
}

class LineScan {
  readonly #port: BytePort;
  readonly #pass: ScanPass;
  readonly #deps: LineScanDeps;
  readonly #tallies = new Map<number, Tally>();
  readonly #identifications = new Map<number, Identification>();
  /** Heard only after their time was over. */
  readonly #late = new Set<number>();
  #isEchoed = false;

  constructor(port: BytePort, pass: ScanPass, deps: LineScanDeps) {
    this.#port = port;
    this.#pass = pass;
    this.#deps = deps;
  }

  async run(signal: AbortSignal): Promise<LineFindings> {
    try {
      await this.#refuseOtherMaster();
      for (const unitId of this.#pass.unitIds) {
        if (signal.aborted) break;
        await this.#probe(unitId);
        this.#deps.onProbe();
      }
      if (!signal.aborted) await this.#listen();
      await this.#hearLate(signal);
      await this.#identifyAll(signal);
      return this.#findings();
    } catch (error) {
      if (!(error instanceof LinkError)) throw error;
      return { ...this.#findings(), error: error.message };
    }
  }

  /** Two who ask on one line garble each other's answers: a site that is running must not be disturbed by a scan. */
  async #refuseOtherMaster(): Promise<void> {
    const { clock } = this.#deps;
    const endMs = clock.monotonicMs() + LISTEN_FIRST_MS;
    let heard = 0;
    for (let leftMs = LISTEN_FIRST_MS; leftMs > 0 && heard < SOMEBODY_BYTES; leftMs = endMs - clock.monotonicMs()) {
      heard += (await nextBytes(this.#port, leftMs))?.length ?? 0;
    }
    if (heard >= SOMEBODY_BYTES) throw new LinkError("link/busy", OTHER_MASTER);
  }

  /** Asks a unit once, and whoever makes a sound twice more. */
  async #probe(unitId: number): Promise<void> {
    let tally = NO_TALLY;
    for (let asks = 0; asks < ASKS; asks += 1) {
      const heard = await this.#ask(unitId, PROBE, this.#pass.timeoutMs);
      tally = tallied(tally, unitId, heard);
      if (tally.answers === 0 && tally.garbled === 0) return;
      this.#tallies.set(unitId, tally);
    }
  }

  /** Whoever was asked last may still be thinking. */
  async #listen(): Promise<void> {
    const request = encodeFrame(this.#pass.unitIds.at(-1) ?? 1, PROBE);
    const { frames } = hearAnswers(await this.#collect(request, this.#pass.timeoutMs * PATIENCE), request);
    for (const { unitId } of frames) this.#late.add(unitId);
  }

  /** Asks those again, with more patience, whose answers came into somebody else's time. */
  async #hearLate(signal: AbortSignal): Promise<void> {
    for (const unitId of this.#late) {
      // A unit that was understood in its own time is not slow: what came late was left over from a collision.
      if ((this.#tallies.get(unitId)?.answers ?? 0) > 0) this.#late.delete(unitId);
      else if (!signal.aborted) {
        const heard = await this.#ask(unitId, PROBE, this.#pass.timeoutMs * PATIENCE);
        this.#tallies.set(unitId, tallied(NO_TALLY, unitId, heard));
      }
    }
  }

  async #identifyAll(signal: AbortSignal): Promise<void> {
    for (const [unitId, tally] of this.#tallies) {
      if (signal.aborted) return;
      const identification = judge(tally, true) === "there" ? await this.#identify(unitId) : undefined;
      if (identification !== undefined) this.#identifications.set(unitId, identification);
    }
  }

  async #identify(unitId: number): Promise<Identification | undefined> {
    let identification: Identification = {};
    let next: number | undefined = 0;
    const timeoutMs = this.#pass.timeoutMs * (this.#late.has(unitId) ? PATIENCE : 2);
    for (let requests = 0; next !== undefined && requests < MAX_OBJECT_REQUESTS; requests += 1) {
      const { frames } = await this.#ask(unitId, encodeIdentify(next), timeoutMs);
      const own = frames.find((frame) => frame.unitId === unitId);
      const answer = own === undefined ? undefined : decodeIdentify(own.pdu);
      identification = { ...identification, ...answer?.found };
      next = answer?.nextObject;
    }
    return Object.keys(identification).length === 0 ? undefined : identification;
  }

  #findings(): LineFindings {
    const isLineGood = [...this.#tallies.values()].some(({ answers, garbled }) => answers > 0 && garbled === 0);
    const found: FoundUnit[] = [];
    const doubtful: DoubtfulUnit[] = [];
    for (const [unitId, tally] of [...this.#tallies].toSorted(([a], [b]) => a - b)) {
      const judgement = judge(tally, isLineGood);
      if (judgement === "there") {
        const { exceptionCode } = tally;
        const identification = this.#identifications.get(unitId);
        found.push({ unitId, exceptionCode, identification, isSlow: this.#late.has(unitId) });
      } else if (judgement !== "silent") {
        doubtful.push({ unitId, kind: judgement, detail: doubt(judgement, tally) });
      }
    }
    return { found, doubtful, isEchoed: this.#isEchoed };
  }

  async #ask(unitId: number, pdu: Buffer, timeoutMs: number): Promise<Heard> {
    const port = this.#port;
    if (!(await port.drain(this.#pass.gapMs, QUIET_WITHIN_MS))) {
      throw new LinkError("link/busy", OTHER_MASTER);
    }
    const request = encodeFrame(unitId, pdu);
    await port.write(request);
    const heard = hearAnswers(await this.#collect(request, timeoutMs), request);
    this.#isEchoed ||= heard.isEchoed;
    for (const { unitId: other } of heard.frames) if (other !== unitId) this.#late.add(other);
    return heard;
  }

  /** Everything that comes until the line has been silent: for `timeoutMs` at first, then for the gap after a frame. */
  async #collect(request: Buffer, timeoutMs: number): Promise<Buffer> {
    const { clock } = this.#deps;
    const beganAtMs = clock.monotonicMs();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let waitMs = timeoutMs;
    while (bytes < MAX_ANSWER_BYTES && clock.monotonicMs() - beganAtMs < MAX_ANSWER_MS + timeoutMs) {
      const chunk = await nextBytes(this.#port, waitMs);
      if (chunk === undefined) break;
      chunks.push(Buffer.from(chunk));
      bytes += chunk.length;
      // An echo is no answer: that is still to come.
      const isEchoOnly = bytes <= request.length && request.subarray(0, bytes).equals(Buffer.concat(chunks));
      waitMs = isEchoOnly ? timeoutMs : this.#pass.gapMs;
    }
    return Buffer.concat(chunks);
  }
}

/** @returns undefined when nothing came in time. */
async function nextBytes(port: BytePort, timeoutMs: number): Promise<Uint8Array | undefined> {
  try {
    return await port.read(timeoutMs);
  } catch (error) {
    if (error instanceof LinkError && error.code === "link/timeout") return undefined;
    throw error;
  }
}
