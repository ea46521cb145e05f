import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { busy, command, received, welcome, type Command, type Received, type Welcome } from "@outpost/wire/downlink.ts";
import { parseMessage } from "@outpost/wire/message.ts";
import { desired, fetchDocument, type Desired } from "@outpost/wire/site-exchange.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { parseDownlinkTopic } from "@outpost/wire/topics.ts";

/** What can happen to a session, in the order it happened. */
export type SessionInput =
  | { readonly kind: "welcome"; readonly welcome: Welcome }
  | { readonly kind: "received"; readonly received: Received }
  | { readonly kind: "busy"; readonly retryAfterMs: number }
  | { readonly kind: "written"; readonly streams: readonly Stream[] }
  | { readonly kind: "epoch-opened"; readonly epoch: string }
  | { readonly kind: "fetch"; readonly digest: string }
  | { readonly kind: "tick" };

const MAX_INPUTS = 10_000;

/** A full inbox drops the oldest: what is lost is asked for again when the fleet's answer is overdue. */
export function createInbox(): BoundedQueue<SessionInput> {
  return new BoundedQueue<SessionInput>({ maxLength: MAX_INPUTS, whenFull: "drop-oldest" });
}

/**
 * Parses one message of the fleet and hands it on. A message that is not understood is logged and left out: nothing the
 * fleet or the broker says can end the session.
 */
export function receiveDownlink(
  message: { readonly topic: string; readonly payload: Uint8Array },
  to: {
    readonly inbox: BoundedQueue<SessionInput>;
    readonly onCommand: (order: Command) => void;
    readonly onDesired: (revision: Desired) => void;
    readonly onDecommission: (document: Uint8Array) => void;
    readonly log: Log;
  },
): void {
  const address = parseDownlinkTopic(message.topic);
  if (address === undefined) return;
  try {
    switch (address.kind) {
      case "welcome":
        to.inbox.push({ kind: "welcome", welcome: parseMessage(welcome, message.payload) });
        return;
      case "received":
        to.inbox.push({ kind: "received", received: parseMessage(received, message.payload) });
        return;
      case "busy":
        to.inbox.push({ kind: "busy", retryAfterMs: parseMessage(busy, message.payload).retryAfterMs });
        return;
      case "command":
        to.onCommand(parseMessage(command, message.payload));
        return;
      case "desired":
        to.onDesired(parseMessage(desired, message.payload));
        return;
      case "decommission":
        to.onDecommission(message.payload);
        return;
      case "fetch":
        to.inbox.push({ kind: "fetch", digest: parseMessage(fetchDocument, message.payload).digest });
        return;
    }
  } catch (error) {
    to.log.warn("message from the fleet left out", { topic: message.topic, reason: asError(error).message });
  }
}
