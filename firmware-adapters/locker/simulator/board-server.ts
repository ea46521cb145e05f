import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { answerInTurn, type Answering } from "../../simulation/answer-in-turn.ts";
import type { Misbehaviours } from "../../simulation/misbehaviours.ts";
import type { ByteStream } from "../../simulation/serve-bytes.ts";
import type { Asked, BoardProtocol } from "./board-protocol.ts";
import { misbehave, type Act, type Misbehaviour } from "./misbehaviour.ts";
import type { Wall } from "./wall.ts";

/** What every line to one wall shares. */
export interface BoardServerDeps {
  readonly wall: Wall;
  readonly protocol: BoardProtocol;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
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

const MAX_HELD_BYTES = 256;

/** The boards at the end of one line, until it closes or `signal` aborts; then it is closed. */
export async function serveBoards(line: ByteStream, deps: BoardServerDeps, signal: AbortSignal): Promise<void> {
  const { stream } = line;
  const requests = new RequestStream(deps.protocol);
  const isThere = ({ board }: Asked): boolean => deps.wall.isMainsOn && deps.wall.boards.includes(board);
  const send = (bytes: Buffer): void => {
    if (!stream.destroyed && deps.wall.isMainsOn) stream.write(bytes);
  };
  const later = new Set<Promise<void>>();
  const act = async (one: Act, closed: AbortSignal): Promise<void> => {
    switch (one.kind) {
      case "send":
        return send(one.bytes);
      case "wait":
        return await deps.clock.sleep(one.ms, closed);
      case "send-later": {
        const sent = sendLater(one, deps.clock, send, closed).finally(() => later.delete(sent));
        later.add(sent);
        return;
      }
      case "hang-up":
        return line.hangUp();
    }
  };
  const answering: Answering<Asked> = {
    log: deps.log,
    onBytes: (bytes, push) => {
      for (const asked of requests.push(bytes).filter(isThere)) {
        deps.onRequest(asked);
        push(asked);
      }
    },
    answer: async (asked, closed) => {
      for (const one of await actsOn(asked, deps, closed)) await act(one, closed);
    },
  };
  using _ = deps.wall.onMoved((door) => {
    const bytes = deps.pushes ? deps.protocol.pushed(door, deps.wall) : undefined;
    if (bytes !== undefined) send(bytes);
  });
  deps.speakers.add(send);
  try {
    await answerInTurn(line, answering, signal);
  } finally {
    deps.speakers.delete(send);
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

async function actsOn(asked: Asked, deps: BoardServerDeps, signal: AbortSignal): Promise<readonly Act[]> {
  if (asked.kind === "open") await pulse(asked, deps, signal);
  const bytes = asked.kind === "open" ? deps.protocol.opened(asked, deps.wall) : deps.protocol.status(asked, deps.wall);
  return bytes === undefined ? [] : misbehave(deps.misbehaviours.take(), bytes);
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
