import { systemClock } from "@outpost/kernel/clock.ts";

/** What a link or a device of ours must not leave behind. */
const KINDS = new Set(["TCPSocketWrap", "PipeWrap", "Timeout", "TTYWrap", "TCPServerWrap", "UDPWrap", "ProcessWrap"]);
/** What closes does so within this time, also on a busy machine. */
const STILL_MS = 300;
/** A simulator that calls again and again is never still. */
const WITHIN_MS = 3_000;

/** What this process holds open, once nothing has come or gone for a while. */
export async function openResources(): Promise<readonly string[]> {
  const endMs = systemClock.monotonicMs() + WITHIN_MS;
  for (let seen = "", since = systemClock.monotonicMs(); ; await systemClock.sleep(20)) {
    const open = process
      .getActiveResourcesInfo()
      .filter((resource) => KINDS.has(resource))
      .toSorted();
    const nowMs = systemClock.monotonicMs();
    if (nowMs >= endMs || (open.join() === seen && nowMs - since >= STILL_MS)) return open;
    if (open.join() !== seen) [seen, since] = [open.join(), nowMs];
  }
}
