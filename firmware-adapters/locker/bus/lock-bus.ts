import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { ByteLink, BytePort, LinkPriority } from "../../links/link.ts";
import type { BoardFrame, BoardRequest, LockCodec } from "../codecs/codec.ts";
import { CODECS } from "../codecs/codecs.ts";
import { FrameStream } from "../codecs/frame-stream.ts";
import { LockerError } from "../errors.ts";
import type { Protocol } from "../settings.ts";
import { awaitAnswer, exchange, send, untilQuiet, type Line } from "./exchange.ts";
import { LateAnswers } from "./late-answers.ts";

/** A serial server that carries no byte for so many questions is taken for half open, and connected anew. */
const SILENT_BEFORE_RECONNECT = 5;

/** One device on the bus. */
export interface BusMember {
  readonly protocol: Protocol;
  readonly board: number;
  /** How many locks its board has. */
  readonly ways: number;
  /** The board said something by itself. Whether it is true is for the device to ask. */
  onPush(): void;
}

/** How one device wants its line used. */
export interface BusTerms {
  readonly link: ByteLink;
  readonly clock: Clock;
  readonly gapMs: number;
  readonly timeoutMs: number;
}

/** Who asks, and until when. */
export interface Caller {
  readonly priority: LinkPriority;
  readonly signal: AbortSignal;
}

export type BoardStatus = Extract<BoardFrame, { readonly kind: "board" }>;
type ReadBoard = Extract<BoardRequest, { readonly kind: "read-board" }>;

/**
 * What became of a pulse: `sent`, or `doubtful` where the line broke while it was sent. Where nothing was sent at all,
 * there is an error instead.
 */
export type Told = { readonly kind: "sent" } | { readonly kind: "doubtful"; readonly detail: string };

/**
 * The boards of one protocol on one line. One question at a time; what any board says by itself reaches its device,
 * whoever happened to have the line.
 */
export class LockBus {
  readonly #members = new Map<number, BusMember>();
  readonly #late = new LateAnswers();
  #protocol: Protocol | undefined;
  #stream: FrameStream | undefined;
  #lastByteAtMs = Number.NEGATIVE_INFINITY;
  #silent = 0;

  /** @throws LockerError `locker/line-conflict` where the board is taken, or the line speaks another protocol. */
  join(member: BusMember): Disposable {
    const { protocol, board } = member;
    if (this.#members.size > 0 && this.#protocol !== protocol) {
      throw new LockerError("locker/line-conflict", `this line speaks ${this.#protocol}, not ${protocol}`);
    }
    if (this.#members.has(board)) {
      throw new LockerError("locker/line-conflict", `board ${board} belongs to another device on this line`);
    }
    if (this.#protocol !== protocol) {
      this.#protocol = protocol;
      this.#stream = new FrameStream(CODECS[protocol], (other) => this.#members.get(other)?.ways);
    }
    this.#members.set(board, member);
    return { [Symbol.dispose]: () => this.#members.delete(board) };
  }

  /**
   * Reads all locks of a board. While late answers may still come, as often as it takes to tell them from a true one.
   *
   * @returns what was so at some moment since the call.
   * @throws LockerError, `locker/unverified` where late answers say something else; LinkError; the signal's reason.
   */
  async readBoard(board: number, terms: BusTerms, caller: Caller): Promise<BoardStatus> {
    const request = { kind: "read-board", board } as const;
    const owed = this.#late.owed(board, terms.clock.monotonicMs());
    const status = await this.#ask(request, terms, caller);
    for (let again = 0; again < owed; again += 1) {
      if (isSame(status, await this.#ask(request, terms, caller))) continue;
      throw new LockerError("locker/unverified", `board ${board}: an old answer cannot be told from a true one yet`);
    }
    return status;
  }

  /**
   * Tells a board to pulse, once, and gives it the time to do so. Its answer proves nothing about the door, so that its
   * absence is no failure.
   *
   * @param beforeSending  called at the last moment at which nothing has been sent.
   * @throws LockerError `locker/refused` where the board says that it could not; LinkError, the signal's reason or
   *         `locker/bad-frame` where nothing was sent.
   */
  async pulse(
    request: Extract<BoardRequest, { kind: "open" | "open-all" }>,
    terms: BusTerms,
    caller: Caller,
    beforeSending: () => void,
  ): Promise<Told> {
    const seconds = request.kind === "open" ? (request.seconds ?? 0) : 0;
    return await terms.link.exclusive(caller.priority, caller.signal, async (port) => {
      // The board answers when its pulse is over.
      const line = this.#line({ ...terms, timeoutMs: terms.timeoutMs + seconds * 1_000 });
      await untilQuiet(port, line);
      beforeSending();
      try {
        await send(port, line, request);
        if (line.codec.answersOpen) await awaitAnswer(port, line, request);
      } catch (error) {
        if (error instanceof LockerError && error.code === "locker/refused") throw error;
        if (error instanceof LinkError) return { kind: "doubtful", detail: error.message };
        if (!(error instanceof LockerError)) throw error;
      } finally {
        this.#lastByteAtMs = line.lastByteAtMs;
      }
      return { kind: "sent" };
    });
  }

  async #ask(request: ReadBoard, terms: BusTerms, { priority, signal }: Caller): Promise<BoardStatus> {
    return await terms.link.exclusive(priority, signal, async (port) => {
      const line = this.#line(terms);
      try {
        const frame = await exchange(port, line, request);
        this.#silent = 0;
        if (frame.kind === "board") return frame;
        throw new LockerError("locker/bad-frame", `board ${request.board} answered with ${frame.kind}`);
      } catch (error) {
        this.#late.note(request.board, terms.timeoutMs, terms.clock.monotonicMs());
        this.#countSilence(error, port, terms.link);
        throw error;
      } finally {
        this.#lastByteAtMs = line.lastByteAtMs;
      }
    });
  }

  #line({ link, clock, gapMs, timeoutMs }: BusTerms): Line {
    const { settings } = link;
    return {
      clock,
      codec: this.#codec(),
      stream: this.#frames(),
      gapMs: Math.max(gapMs, settings.gapMs),
      timeoutMs,
      lastByteAtMs: this.#lastByteAtMs,
      onFrame: (frame) => this.#deliver(frame),
    };
  }

  /** What was not asked for: a push, or an answer that came too late. Neither is taken for the truth. */
  #deliver(frame: BoardFrame): void {
    if (frame.kind === "board") this.#late.arrived(frame.board);
    if (frame.kind === "lock" || frame.kind === "pushed") this.#members.get(frame.board)?.onPush();
  }

  #countSilence(error: unknown, port: BytePort, { kind }: ByteLink): void {
    const isSilent = error instanceof LockerError && error.code === "locker/timeout";
    this.#silent = isSilent ? this.#silent + 1 : 0;
    if (kind !== "serial-server" || this.#silent < SILENT_BEFORE_RECONNECT) return;
    port.drop(`${this.#silent} questions without a byte in answer`);
    this.#silent = 0;
  }

  #codec(): LockCodec {
    if (this.#protocol === undefined) throw new Error("nobody has joined this bus");
    return CODECS[this.#protocol];
  }

  #frames(): FrameStream {
    if (this.#stream === undefined) throw new Error("nobody has joined this bus");
    return this.#stream;
  }
}

function isSame(one: BoardStatus, other: BoardStatus): boolean {
  const text = ({ bits, occupied = [] }: BoardStatus): string => `${bits.join("")} ${occupied.join("")}`;
  return text(one) === text(other);
}
