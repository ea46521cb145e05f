import { once } from "node:events";

import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteStream } from "../../simulation/serve-bytes.ts";
import { FrameParser, type Frame } from "../codec.ts";
import type { Meter } from "./meter.ts";
import type { Misbehaviours } from "./misbehaviour.ts";
import { misbehave, onTheWire, repliesOf, type Act } from "./reply.ts";

/** What every line to one bus shares. */
export interface BusDeps {
  readonly meters: readonly Meter[];
  readonly misbehaviours: Misbehaviours;
  /** How long a meter thinks before it answers. */
  readonly replyAfterMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for each request that a meter feels meant by. */
  onRequest(): void;
}

/** A master that sends more before its first answer is not listening; the rest is dropped. */
const MAX_WAITING_REQUESTS = 16;

/** Answers the requests of one line, one after the other, until it closes or `signal` aborts; then it is closed. */
export async function serveBus(line: ByteStream, deps: BusDeps, signal: AbortSignal): Promise<void> {
  const closed = new AbortController();
  const either = AbortSignal.any([signal, closed.signal]);
  const requests = new BoundedQueue<Frame>({ maxLength: MAX_WAITING_REQUESTS, whenFull: "refuse" });
  const parser = new FrameParser();
  const { stream } = line;
  stream.on("data", (bytes: Buffer) => parser.push(bytes).forEach((request) => requests.push(request)));
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
    stream.destroy();
  }
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
    return await perform({ kind: "send", bytes: onTheWire([present]) }, line, deps, signal);
  }
  const acts: readonly Act[] =
    others.length > 0 ? [{ kind: "send", bytes: onTheWire([reply, ...others]) }] : misbehave(behaviour, reply);
  for (const act of acts) await perform(act, line, deps, signal);
}

async function perform(act: Act, line: ByteStream, deps: BusDeps, signal: AbortSignal): Promise<void> {
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
