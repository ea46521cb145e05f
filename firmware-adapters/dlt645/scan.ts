import type { Clock } from "@outpost/kernel/clock.ts";

import type { ByteLink, BytePort } from "../links/link.ts";
import { encodeReadAddress, FrameParser, parseAnswer, type Frame } from "./codec.ts";
import { Dlt645Error } from "./errors.ts";
import { nextBytes } from "./session/await-answer.ts";
import { openMeterSession } from "./session/session.ts";

/** What a scan of a line found. */
export type Dlt645Scan =
  /** Exactly one meter, which also answers when it is asked by its own address. */
  | { readonly kind: "one"; readonly address: string }
  | { readonly kind: "none" }
  /** Meters that talked at the same time. `heard` are those that could be understood; there may be more. */
  | { readonly kind: "several"; readonly heard: readonly string[] };

export interface ScanDeps {
  readonly clock: Clock;
  /** How long a meter may take to answer; 1 s where absent. */
  readonly timeoutMs?: number;
}

/** A collision may drown every answer, and one meter's may win; three tries tell more than one. */
const TRIES = 3;
const FORWARD_ENERGY = "00010000";
/** What belongs to a frame beside its data, and what may stand before it. */
const FRAME_BYTES = 12;
const MAX_WAKE_UP_BYTES = 4;

/**
 * Asks whoever is on the line for its address. The standard's wildcard reaches every meter at once and all answer at
 * once, so only a meter that is alone on its line can be found like this: where there are several, their addresses are
 * on their plates.
 *
 * @throws LinkError `link/down`, `link/busy`, `link/closed`; the signal's reason on abort.
 */
export async function scanDlt645(
  link: ByteLink,
  { clock, timeoutMs = 1_000 }: ScanDeps,
  signal: AbortSignal,
): Promise<Dlt645Scan> {
  const heard = new Set<string>();
  let isGarbled = false;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const echo = await link.exclusive("command", signal, (port) => askEverybody(port, { clock, timeoutMs }));
    for (const address of echo.addresses) heard.add(address);
    isGarbled ||= echo.isGarbled;
  }
  const [address, ...others] = [...heard].toSorted();
  if (address === undefined) return isGarbled ? { kind: "several", heard: [] } : { kind: "none" };
  const isAlone =
    others.length === 0 && !isGarbled && (await answersByItself(link, address, { clock, timeoutMs }, signal));
  return isAlone ? { kind: "one", address } : { kind: "several", heard: [address, ...others] };
}

interface Timing {
  readonly clock: Clock;
  readonly timeoutMs: number;
}

interface Echo {
  readonly addresses: readonly string[];
  readonly isGarbled: boolean;
}

/** Meters that are not quite as quick answer one after the other: whoever speaks within the time is heard. */
async function askEverybody(port: BytePort, { clock, timeoutMs }: Timing): Promise<Echo> {
  await port.drain(timeoutMs, timeoutMs);
  await port.write(encodeReadAddress());
  const parser = new FrameParser();
  const frames: Frame[] = [];
  let bytesSeen = 0;
  const deadlineMs = clock.monotonicMs() + timeoutMs;
  for (let leftMs = timeoutMs; leftMs > 0; leftMs = deadlineMs - clock.monotonicMs()) {
    const bytes = await nextBytes(port, leftMs);
    bytesSeen += bytes?.length ?? 0;
    frames.push(...(bytes === undefined ? parser.flush() : parser.push(bytes)));
  }
  const framed = frames.reduce((sum, { data }) => sum + FRAME_BYTES + data.length, 0);
  const isGarbled = bytesSeen - framed > MAX_WAKE_UP_BYTES * Math.max(1, frames.length);
  const answers = frames.map(parseAnswer).filter((answer) => answer?.kind === "address");
  return { addresses: answers.map(({ address }) => address), isGarbled };
}

async function answersByItself(
  link: ByteLink,
  address: string,
  { clock, timeoutMs }: Timing,
  signal: AbortSignal,
): Promise<boolean> {
  const session = openMeterSession(link, { address, timeoutMs, wakeUpBytes: 4 }, clock);
  try {
    await session.read(FORWARD_ENERGY, signal);
    return true;
  } catch (error) {
    if (!(error instanceof Dlt645Error)) throw error;
    return error.code === "dlt645/refused";
  }
}
