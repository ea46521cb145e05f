import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { answerInTurn, perform, type Answering } from "../../../simulation/answer-in-turn.ts";
import type { Misbehaviours } from "../../../simulation/misbehaviours.ts";
import type { ByteStream } from "../../../simulation/serve-bytes.ts";
import type { Framing, Request } from "./framing.ts";
import { misbehave, type Misbehaviour } from "./misbehaviour.ts";
import { answerPdu, type DataModel } from "./pdu.ts";

/** What every line of one simulated device shares. */
export interface ServerDeps {
  readonly model: DataModel;
  readonly unitId: number;
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for each request to our unit. */
  onRequest(): void;
}

/** A byte stream to a master, with its own framing. */
export interface Line extends ByteStream {
  readonly framing: Framing;
}

const BROADCAST = 0;
const SILENCE_MS = 100;

/** The unit at the end of one line, until it closes or `signal` aborts; then it is closed. */
export async function serveLine(line: Line, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  const { stream, framing } = line;
  let endOfSilence: NodeJS.Timeout | undefined;
  const answering: Answering<Request> = {
    log: deps.log,
    onBytes: (bytes, push) => {
      const found = framing.push(bytes);
      if (found === "lost") stream.destroy();
      else found.forEach(push);
      endOfSilence ??= setTimeout(() => framing.endOfSilence().forEach(push), SILENCE_MS);
      endOfSilence.refresh();
    },
    answer: (request, closed) => serveRequest(request, line, deps, closed),
  };
  try {
    await answerInTurn(line, answering, signal);
  } finally {
    clearTimeout(endOfSilence);
  }
}

async function serveRequest(request: Request, line: Line, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  const isBroadcast = request.unitId === BROADCAST;
  if (request.unitId !== deps.unitId && !isBroadcast) return;
  deps.onRequest();
  const answer = { ...request, pdu: answerPdu(request.pdu, deps.model) };
  // Nobody answers a broadcast: every unit on the line would speak at once.
  if (isBroadcast) return;
  await perform(misbehave(deps.misbehaviours.take(), answer, line.framing), line, deps.clock, signal);
}
