import type { PolledPoint } from "../polling/point-reports.ts";
import { goodValue } from "./point-io.ts";
import type { PointIo } from "./point-io.ts";
import { writeOnce } from "./write-once.ts";
import type { Sent } from "./write-once.ts";

/** How long we try to let go of a button, even while the gateway is shutting down. */
const RELEASE_TIMEOUT_MS = 10_000;

/** How a press went. */
export interface Press {
  readonly sent: Sent;
  /** The coil was read as 1 while it was pressed. A controller that takes the edge at once may never show it. */
  readonly wasSeen: boolean;
  /** The coil may still be 1: it could not be seen released. */
  readonly isHeld: boolean;
}

/**
 * Presses a button: writes 1, looks, holds it for `pulseMs`, writes 0, looks. An abort shortens the press but not the
 * letting go: a start command is never left latched.
 */
export async function pressButton(
  point: PolledPoint,
  pulseMs: number,
  io: PointIo,
  signal: AbortSignal,
): Promise<Press> {
  const sent = await writeOnce(point, [1], io, signal);
  if (sent.kind === "turned-down") return { sent, wasSeen: false, isHeld: false };
  const seen = await look(point, io, signal);
  // The write's answer was lost and the coil is 0: it did not arrive, or its edge was taken. Both need no letting go.
  if (sent.kind === "doubtful" && seen === 0) return { sent, wasSeen: false, isHeld: false };
  await io.clock.sleep(pulseMs, signal).catch(() => undefined);
  const isReleased = await releaseButton(point, io);
  return { sent, wasSeen: seen === 1, isHeld: !isReleased };
}

/**
 * Lets go of a button: writes 0 and reads it back. Where the answer is lost it looks first, and writes again only what
 * it saw to be still 1.
 *
 * @returns whether the coil was seen at 0.
 */
export async function releaseButton(point: PolledPoint, io: PointIo): Promise<boolean> {
  const signal = AbortSignal.timeout(RELEASE_TIMEOUT_MS);
  await writeOnce(point, [0], io, signal);
  const after = await look(point, io, signal);
  if (after !== 1) return after === 0;
  await writeOnce(point, [0], io, signal);
  return (await look(point, io, signal)) === 0;
}

/** @returns the coil's value, or null where it cannot be read now. */
async function look(point: PolledPoint, io: PointIo, signal: AbortSignal): Promise<number | null> {
  try {
    return goodValue(await io.read(point, signal));
  } catch {
    // Not being able to look is an answer here; the caller then takes the worse of the two for true.
    return null;
  }
}
