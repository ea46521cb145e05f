import { once } from "node:events";

import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteStream } from "./serve-bytes.ts";

/** One step of what a simulated device does about a request. */
export type Act =
  | { readonly kind: "send"; readonly bytes: Buffer }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "hang-up" };

/** How a simulated device takes requests from one line. */
export interface Answering<Request> {
  readonly log: Log;
  /** Called with each piece of what the master sends; pushes what it completes. */
  onBytes(bytes: Buffer, push: (request: Request) => void): void;
  /** Answers one request; `signal` aborts when the line closes. */
  answer(request: Request, signal: AbortSignal): Promise<void>;
}

/** A master that sends more before its first answer is not listening; the rest is dropped. */
const MAX_WAITING_REQUESTS = 16;

/** Answers the requests of one line, one after the other, until it closes or `signal` aborts; then it is closed. */
export async function answerInTurn<Request>(
  { stream }: ByteStream,
  answering: Answering<Request>,
  signal: AbortSignal,
): Promise<void> {
  const closed = new AbortController();
  const either = AbortSignal.any([signal, closed.signal]);
  const requests = new BoundedQueue<Request>({ maxLength: MAX_WAITING_REQUESTS, whenFull: "refuse" });
  const push = (request: Request): void => void requests.push(request);
  stream.on("data", (bytes: Buffer) => answering.onBytes(bytes, push));
  stream.on("error", (error) => answering.log.debug("line failed", { reason: asError(error).message }));
  stream.on("close", () => closed.abort());
  try {
    for (;;) {
      for (const request of await requests.take(1, either)) await answering.answer(request, either);
    }
  } catch (error) {
    // A closed line is the ordinary end of serving it; anything else is a bug.
    if (!either.aborted) throw error;
  } finally {
    stream.destroy();
    closed.abort();
  }
}

/** Does these one after the other. */
export async function perform(
  acts: readonly Act[],
  line: ByteStream,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (const act of acts) {
    switch (act.kind) {
      case "send":
        line.stream.write(act.bytes);
        if (line.stream.writableNeedDrain) await once(line.stream, "drain", { signal });
        break;
      case "wait":
        await clock.sleep(act.ms, signal);
        break;
      case "hang-up":
        line.hangUp();
        break;
    }
  }
}
