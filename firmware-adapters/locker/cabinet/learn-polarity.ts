import type { Clock } from "@outpost/kernel/clock.ts";

import type { CommandOutcome } from "../../event.ts";
import { LinkError } from "../../links/errors.ts";
import type { Caller } from "../bus/lock-bus.ts";
import type { Bit } from "../codecs/codec.ts";
import { LockerError } from "../errors.ts";
import type { LockerSettings } from "../settings.ts";
import type { Cabinet } from "./cabinet.ts";
import { refusal } from "./openings.ts";

export interface LearnDeps {
  readonly clock: Clock;
  readonly cabinet: Cabinet;
}

const LOOK_EVERY_MS = 250;
const DEFAULT_SECONDS = 30;
const MAX_SECONDS = 120;

/**
 * Learns what the feedback bit means: reads the board with every door shut, waits until somebody opens one by hand, and
 * reads it again.
 *
 * @param withinSeconds  how long to wait for the hand; 1 to 120, 30 where absent.
 * @returns              `done` with what the bit means, or `unconfirmed` where no bit, or more than one, changed.
 */
export async function learnPolarity(
  settings: LockerSettings,
  withinSeconds: string | number | boolean | undefined,
  { clock, cabinet }: LearnDeps,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const seconds = withinSeconds ?? DEFAULT_SECONDS;
  if (typeof seconds !== "number" || !(seconds >= 1 && seconds <= MAX_SECONDS)) {
    return refusal("bad-arguments", `withinSeconds: 1 to ${MAX_SECONDS}`);
  }
  const caller: Caller = { priority: "command", signal };
  const before = await bitsNow(cabinet, caller);
  if (before === undefined) return refusal("device-offline", "the board does not answer");
  const endMs = clock.monotonicMs() + seconds * 1_000;
  while (clock.monotonicMs() < endMs) {
    await clock.sleep(LOOK_EVERY_MS, signal);
    const after = await bitsNow(cabinet, caller);
    const changed = settings.compartments.filter(
      ({ number }) => after !== undefined && after[number - 1] !== before[number - 1],
    );
    const [one] = changed;
    if (one === undefined) continue;
    if (changed.length > 1) {
      return {
        kind: "unconfirmed",
        before: null,
        detail: `${changed.length} bits changed at once: open one door only`,
      };
    }
    return { kind: "done", before: null, after: null, detail: verdict(settings, one.number, before[one.number - 1]) };
  }
  return {
    kind: "unconfirmed",
    before: null,
    detail: `no bit changed within ${seconds} s: was a door opened by hand?`,
  };
}

function verdict({ feedback }: LockerSettings, door: number, whileShut: Bit | undefined): string {
  const learnt = whileShut === 1 ? "closed-is-1" : "open-is-1";
  const judgement = learnt === feedback ? "as the settings say" : `but the settings say ${feedback}: correct them`;
  return `feedback: ${learnt} (door ${door}: ${whileShut} shut, ${whileShut === 1 ? 0 : 1} open), ${judgement}`;
}

async function bitsNow(cabinet: Cabinet, caller: Caller): Promise<readonly Bit[] | undefined> {
  try {
    return (await cabinet.look(caller)).bits;
  } catch (error) {
    caller.signal.throwIfAborted();
    if (error instanceof LinkError || error instanceof LockerError) return undefined;
    throw error;
  }
}
