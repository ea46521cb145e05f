import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { OcppVersion } from "../words.ts";
import type { Car } from "./charger/outlet.ts";
import type { SettingName } from "./charger/settings.ts";
import type { LineOptions } from "./line/line.ts";
import type { StationOptions } from "./station/station.ts";

/** How a simulated charge point is built and set up. */
export interface ChargePointOptions
  extends Pick<LineOptions, "url" | "identity" | "key" | "tls">, Partial<Omit<StationOptions, "settings">> {
  readonly version: OcppVersion;
  /** How often the model moves; also how soon a status is told. */
  readonly tickMs?: number;
  readonly callTimeoutMs?: number;
  readonly reconnectMs?: number;
  /** How long a reboot takes. */
  readonly rebootMs?: number;
  /** Where it calls once it is told to raise its security profile to 2 or more. */
  readonly secureUrl?: string;
  readonly secureTls?: LineOptions["tls"];
  /** Answered messages of transactions that it remembers, for its state. */
  readonly keptMessages?: number;
  readonly settings?: Partial<Record<SettingName, string>>;
}

export interface ChargePointDeps {
  /** May be an accelerated one, where the gateway has the same. */
  readonly clock: Clock;
  readonly log: Log;
}

const DEFAULTS = {
  connectors: 1,
  phases: 3,
  maxA: 32,
  lagMs: 1_000,
  ownNumbers: "minus-one",
  tickMs: 250,
  callTimeoutMs: 10_000,
  reconnectMs: 500,
  rebootMs: 1_000,
  keptMessages: 5_000,
} as const;
export type FilledOptions = ChargePointOptions & Required<Pick<ChargePointOptions, keyof typeof DEFAULTS>>;

/** Everything that was not said, as most stations have it. */
export function filledIn(options: ChargePointOptions): FilledOptions {
  return { ...DEFAULTS, ...options };
}

/** A car as somebody drives it up; what is not said of it is as with any car. */
export type Arrival = Partial<Car>;

/** A middling car on three phases, a fifth full. */
export const ANY_CAR: Car = { wantsA: 32, phases: 3, batteryWh: 60_000, chargedWh: 12_000 };
