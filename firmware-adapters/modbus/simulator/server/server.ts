import { once } from "node:events";

import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteStream } from "../../../simulation/serve-bytes.ts";
import type { Framing, Request } from "./framing.ts";
import { misbehave, type Act, type Misbehaviours } from "./misbehaviour.ts";
import { answerPdu, type DataModel } from "./pdu.ts";

/** What every line of one simulated device shares. */
export interface ServerDeps {
  readonly model: DataModel;
  readonly unitId: number;
  readonly misbehaviours: Misbehaviours;
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
/** A master that sends more before its first answer is not listening; the rest is dropped. */
const MAX_WAITING_REQUESTS = 16;
const SILENCE_MS = 100;

/** Answers the requests of one line, one after the other, until it closes or `signal` aborts; then it is closed. */
export async function serveLine(line: Line, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  const closed = new AbortController();
  const either = AbortSignal.any([signal, closed.signal]);
  const requests = new BoundedQueue<Request>({ maxLength: MAX_WAITING_REQUESTS, whenFull: "refuse" });
  const { stream, framing } = line;
  const silence = setTimeout(() => framing.endOfSilence().forEach((request) => requests.push(request)), SILENCE_MS);
  stream.on("data", (bytes: Buffer) => {
    const found = framing.push(bytes);
    if (found === "lost") stream.destroy();
    else found.forEach((request) => requests.push(request));
    silence.refresh();
  });
  stream.on("error", (error) => deps.log.debug("line failed", { reason: asError(error).message }));
  stream.on("close", () => closed.abort());
  try {
    for (;;) {
      for (const request of await requests.take(1, either)) await serveRequest(request, line, deps, either);
    }
  } catch (error) {
    // A closed line is the ordinary end of serving it; anything else is a bug.
    if (!either.aborted) throw error;
  } finally {
    clearTimeout(silence);
    stream.destroy();
  }
}

async function serveRequest(request: Request, line: Line, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  const isBroadcast = request.unitId === BROADCAST;
  if (request.unitId !== deps.unitId && !isBroadcast) return;
  deps.onRequest();
  const answer = { ...request, pdu: answerPdu(request.pdu, deps.model) };
  // Nobody answers a broadcast: every unit on the line would speak at once.
  if (isBroadcast) return;
  for (const act of misbehave(deps.misbehaviours.take(), answer, line.framing)) await perform(act, line, deps, signal);
}

async function perform(act: Act, line: Line, deps: ServerDeps, signal: AbortSignal): Promise<void> {
  switch (act.kind) {
    case "send":
      line.stream.write(act.bytes);
      if (line.stream.writableNeedDrain) await once(line.stream, "drain", { signal });
      return;
    case "wait":
      await deps.clock.sleep(act.ms, signal);
      return;
    case "hang-up":
      line.hangUp();
      return;
  }
}
