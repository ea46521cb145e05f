import type { OcppVersion } from "../words.ts";
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
  /** Answered messages of transactions that it remembers, for its state. */
  readonly keptMessages?: number;
  readonly settings?: Partial<Record<SettingName, string>>;
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
