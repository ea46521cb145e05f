import type { Clock } from "@outpost/kernel/clock.ts";

import type { ByteLink, BytePort } from "../../links/link.ts";
import { thermometerParser } from "../codec/thermometer.ts";
import type { ThermometerSettings } from "../settings.ts";
import { SLICE_MS, bytesWithin, holdLine } from "./hold-line.ts";

export interface ThermometerDeps {
  readonly clock: Clock;
  /** Whether somebody stands there and is to be measured. */
  isWanted(): boolean;
  onMeasured(celsius: number): void;
  onUp(): void;
  onDown(reason: string): void;
}

/** How often a thermometer that waits to be asked is asked while somebody stands there. */
const ASK_EVERY_MS = 500;

/** Listens to a thermometer until the signal aborts, then rejects with its reason. */
export async function runThermometer(
  link: ByteLink,
  { form, requestHex }: ThermometerSettings,
  deps: ThermometerDeps,
  signal: AbortSignal,
): Promise<never> {
  const request = requestHex === undefined ? undefined : Buffer.from(requestHex, "hex");
  let parser = thermometerParser(form);
  let askAtMs = Number.NEGATIVE_INFINITY;
  const listen = async (port: BytePort): Promise<Uint8Array> => {
    const nowMs = deps.clock.monotonicMs();
    if (request !== undefined && deps.isWanted() && nowMs >= askAtMs) {
      askAtMs = nowMs + ASK_EVERY_MS;
      await port.write(request);
    }
    return await bytesWithin(port, SLICE_MS);
  };
  for (;;) {
    const held = await holdLine(link, deps.clock, signal, listen);
    if (held.kind === "down") {
      // Half a measurement from before is not to be finished by what comes after.
      parser = thermometerParser(form);
      deps.onDown(held.reason);
      continue;
    }
    deps.onUp();
    for (const celsius of parser.push(held.value)) deps.onMeasured(celsius);
  }
}
