import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { answerInTurn, perform, type Act, type Answering } from "../../simulation/answer-in-turn.ts";
import type { Misbehaviours } from "../../simulation/misbehaviours.ts";
import type { ByteStream } from "../../simulation/serve-bytes.ts";
import { FrameParser, type Frame } from "../codec.ts";
import type { Meter } from "./meter.ts";
import type { Misbehaviour } from "./misbehaviour.ts";
import { misbehave, onTheWire, repliesOf } from "./reply.ts";

/** What every line to one bus shares. */
export interface BusDeps {
  readonly meters: readonly Meter[];
  readonly misbehaviours: Misbehaviours<Misbehaviour>;
  /** How long a meter thinks before it answers. */
  readonly replyAfterMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for each request that a meter feels meant by. */
  onRequest(): void;
}

/** The meters at the end of one line, until it closes or `signal` aborts; then it is closed. */
export async function serveBus(line: ByteStream, deps: BusDeps, signal: AbortSignal): Promise<void> {
  const parser = new FrameParser();
  const answering: Answering<Frame> = {
    log: deps.log,
    onBytes: (bytes, push) => parser.push(bytes).forEach(push),
    answer: (request, closed) => serveRequest(request, line, deps, closed),
  };
  await answerInTurn(line, answering, signal);
}

async function serveRequest(request: Frame, line: ByteStream, deps: BusDeps, signal: AbortSignal): Promise<void> {
  const [reply, ...others] = repliesOf(deps.meters, request);
  if (reply === undefined) return;
  deps.onRequest();
  await deps.clock.sleep(deps.replyAfterMs, signal);
  const behaviour = deps.misbehaviours.take();
  if (behaviour?.kind === "late") {
    // The meter is slow, not out of date: its answer is of the moment at which it is sent.
    await deps.clock.sleep(behaviour.delayMs, signal);
    const [present = reply] = repliesOf(deps.meters, request);
    return await perform([{ kind: "send", bytes: onTheWire([present]) }], line, deps.clock, signal);
  }
  const acts: readonly Act[] =
    others.length > 0 ? [{ kind: "send", bytes: onTheWire([reply, ...others]) }] : misbehave(behaviour, reply);
  await perform(acts, line, deps.clock, signal);
}
