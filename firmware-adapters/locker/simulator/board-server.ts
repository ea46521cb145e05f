import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteStream } from "../../simulation/serve-bytes.ts";
import type { Asked, BoardProtocol } from "./board-protocol.ts";
import { misbehave, type Act, type Misbehaviours } from "./misbehaviour.ts";
import type { Wall } from "./wall.ts";

/** What every line to one wall shares. */
export interface BoardServerDeps {
  readonly wall: Wall;
  readonly protocol: BoardProtocol;
  readonly misbehaviours: Misbehaviours;
  readonly clock: Clock;
  readonly log: Log;
  readonly pulseMs: number;
  /** Whether boards speak by themselves when a door moves. */
  readonly pushes: boolean;
  /** What sends on each line that is open, whatever the bytes. Kept by `serveBoards`. */
  readonly speakers: Set<(bytes: Buffer) => void>;
  /** A whole request of a board that is there, at the moment its last byte came. */
  onRequest(asked: Asked): void;
}

/** A master that sends more before its first answer is not listening; the rest is dropped. */
const MAX_WAITING = 16;
const MAX_HELD_BYTES = 256;

/** The boards at the end of one line: answers one request after the other until it closes or `signal` aborts. */
export async function serveBoards(line: ByteStream, deps: BoardServerDeps, signal: AbortSignal): Promise<void> {
  const { stream } = line;
  const closed = new AbortController();
  const either = AbortSignal.any([signal, closed.signal]);
  const waiting = new BoundedQueue<Asked>({ maxLength: MAX_WAITING, whenFull: "refuse" });
  const requests = new RequestStream(deps.protocol);
  const isThere = ({ board }: Asked): boolean => deps.wall.isMainsOn && deps.wall.boards.includes(board);
  stream.on("data", (bytes: Buffer) => {
    for (const asked of requests.push(bytes).filter(isThere)) {
      deps.onRequest(asked);
      waiting.push(asked);
    }
  });
  stream.on("error", (error) => deps.log.debug("line failed", { reason: asError(error).message }));
  stream.on("close", () => closed.abort());
  const send = (bytes: Buffer): void => {
    if (!stream.destroyed && deps.wall.isMainsOn) stream.write(bytes);
  };
  using _ = deps.wall.onMoved((door) => {
    const bytes = deps.pushes ? deps.protocol.pushed(door, deps.wall) : undefined;
    if (bytes !== undefined) send(bytes);
  });
  deps.speakers.add(send);
  const later = new Set<Promise<void>>();
  const act = async (one: Act): Promise<void> => {
    switch (one.kind) {
      case "send":
        return send(one.bytes);
      case "wait":
        return await deps.clock.sleep(one.ms, either);
      case "send-later": {
        const sent = sendLater(one, deps.clock, send, either).finally(() => later.delete(sent));
        later.add(sent);
        return;
      }
      case "hang-up":
        return line.hangUp();
    }
  };
  try {
    for (;;) {
      for (const asked of await waiting.take(1, either)) await answer(asked, deps, act, either);
    }
  } catch (error) {
    // A closed line is the ordinary end of serving it; anything else is a bug.
    if (!either.aborted) throw error;
  } finally {
    deps.speakers.delete(send);
    stream.destroy();
    closed.abort();
    await Promise.all(later);
  }
}

async function sendLater(
  { bytes, ms }: Extract<Act, { kind: "send-later" }>,
  clock: Clock,
  send: (bytes: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  // The line may close first; then nobody waits for it.
  await clock.sleep(ms, signal).then(
    () => send(bytes),
    () => undefined,
  );
}

async function answer(
  asked: Asked,
  deps: BoardServerDeps,
  act: (one: Act) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  if (asked.kind === "open") await pulse(asked, deps, signal);
  const bytes = asked.kind === "open" ? deps.protocol.opened(asked, deps.wall) : deps.protocol.status(asked, deps.wall);
  if (bytes === undefined) return;
  for (const one of misbehave(deps.misbehaviours.take(), bytes)) await act(one);
}

/** The latch lets go at the pulse's beginning; the board is busy until its end. */
async function pulse(
  { board, lock, seconds }: Extract<Asked, { kind: "open" }>,
  { wall, clock, pulseMs }: BoardServerDeps,
  signal: AbortSignal,
): Promise<void> {
  const locks = lock === 0 ? Array.from({ length: wall.ways }, (_, index) => index + 1) : [lock];
  for (const one of locks) {
    wall.pulse(board, one);
    await clock.sleep(seconds > 0 ? seconds * 1_000 : pulseMs, signal);
  }
}

/** Cuts what a master sends into requests. */
class RequestStream {
  readonly #protocol: BoardProtocol;
  #held: Buffer = Buffer.alloc(0);

  constructor(protocol: BoardProtocol) {
    this.#protocol = protocol;
  }

  push(bytes: Buffer): readonly Asked[] {
    this.#held = Buffer.concat([this.#held, bytes]).subarray(-MAX_HELD_BYTES);
    const found: Asked[] = [];
    while (this.#held.length > 0) {
      const length = this.#protocol.lengthOf(this.#held);
      if (length === undefined) break;
      const asked = length === 0 ? undefined : this.#protocol.parse(this.#held.subarray(0, length));
      if (asked !== undefined) found.push(asked);
      this.#held = this.#held.subarray(asked === undefined ? 1 : length);
    }
    return found;
  }
}
