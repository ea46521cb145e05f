import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteLink, BytePort, LinkPriority } from "../../links/link.ts";
import { MAX_RELAY_ANSWER_BYTES, RELAY_QUERY, encodeRelay, parseRelayState } from "../codec/relay.ts";
import { SentinelError } from "../errors.ts";
import { bytesWithin } from "../lines/hold-line.ts";
import type { GateSettings } from "../settings.ts";

/** One way to a gate. */
export interface GateDriver {
  /** Whether it must be told to close, or closes by itself. */
  readonly mustBeClosed: boolean;
  /** Whether `set` sees that it was obeyed. */
  readonly hasFeedback: boolean;
  /**
   * Tells the gate once.
   *
   * @throws LinkError where nothing was sent; SentinelError `sentinel/gate-failed` where nobody knows whether it was
   *         obeyed, or the gate does not show what it was told; the signal's reason.
   */
  set(isOpen: boolean, priority: LinkPriority, signal: AbortSignal): Promise<void>;
}

const FEEDBACK_WITHIN_MS = 500;
const QUIET_WITHIN_MS = 200;

/** @param link  the scanner's own line, or the relay's. */
export function gateDriver(settings: GateSettings, link: ByteLink, clock: Clock): GateDriver {
  return settings.kind === "scanner-line" ? bytesDriver(settings, link) : relayDriver(settings, link, clock);
}

function bytesDriver(
  { openHex, closeHex }: Extract<GateSettings, { readonly kind: "scanner-line" }>,
  link: ByteLink,
): GateDriver {
  const [open, close] = [openHex, closeHex].map((hex) => (hex === undefined ? undefined : Buffer.from(hex, "hex")));
  return {
    mustBeClosed: close !== undefined,
    hasFeedback: false,
    async set(isOpen, priority, signal) {
      const bytes = isOpen ? open : close;
      // A code may be coming in on the same line: nothing is drained, and what has come stays for the listener.
      if (bytes !== undefined) await sendOn(link, { priority, signal }, (port) => port.write(bytes));
    },
  };
}

function relayDriver(
  { channel, hasFeedback }: Extract<GateSettings, { readonly kind: "lcus-relay" }>,
  link: ByteLink,
  clock: Clock,
): GateDriver {
  return {
    mustBeClosed: true,
    hasFeedback,
    async set(isOpen, priority, signal) {
      await sendOn(link, { priority, signal }, async (port) => {
        // What the board said earlier must not pass for what it says now.
        await port.drain(link.settings.gapMs, QUIET_WITHIN_MS);
        await port.write(encodeRelay(channel, isOpen));
        if (hasFeedback) await confirm(port, clock, { channel, isOpen });
      });
    },
  };
}

/** Tells "nothing was sent" from "something may have been": what fails once the line is ours is the latter. */
async function sendOn(
  link: ByteLink,
  { priority, signal }: { readonly priority: LinkPriority; readonly signal: AbortSignal },
  work: (port: BytePort) => Promise<void>,
): Promise<void> {
  await link.exclusive(priority, signal, async (port) => {
    try {
      await work(port);
    } catch (error) {
      if (error instanceof SentinelError) throw error;
      throw new SentinelError("sentinel/gate-failed", asError(error).message, { cause: error });
    }
  });
}

async function confirm(
  port: BytePort,
  clock: Clock,
  { channel, isOpen }: { readonly channel: number; readonly isOpen: boolean },
): Promise<void> {
  await port.write(RELAY_QUERY);
  const deadlineMs = clock.monotonicMs() + FEEDBACK_WITHIN_MS;
  let answer = Buffer.alloc(0);
  let state: boolean | undefined;
  for (let leftMs = FEEDBACK_WITHIN_MS; leftMs > 0; leftMs = deadlineMs - clock.monotonicMs()) {
    answer = Buffer.concat([answer, await bytesWithin(port, leftMs)]);
    state = parseRelayState(answer, channel);
    if (state !== undefined || answer.length > MAX_RELAY_ANSWER_BYTES) break;
  }
  if (state === isOpen) return;
  const shows = state === undefined ? "says nothing of itself" : `shows ${state ? "on" : "off"}`;
  throw new SentinelError("sentinel/gate-failed", `told to switch ${isOpen ? "on" : "off"}, relay ${channel} ${shows}`);
}
