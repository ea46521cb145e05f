import assert from "node:assert/strict";

import { badArgument, parseEndpoint, parseFlags, parseNumber, runSimulator } from "../../simulation/command-line.ts";
import type { OcppVersion } from "../words.ts";
import type { ChargePointOptions } from "./charge-point-options.ts";
import { wiring, type Wiring } from "./charger/shared-supply.ts";
import { startSimulator, type SimulatorOptions } from "./simulator.ts";

const HELP = `Charge points that call an OCPP central system: chargers with their cars, queues and quirks.

usage: node firmware-adapters/ocpp/simulator/main.ts --url ws://HOST:PORT[/PATH] [options]

  --url URL               ws:// or wss:// of the central system, without the identity
  --station ID[:KEY]      one charge point and its AuthorizationKey; may be given up to 500 times, CP-1 unless given
  --version 1.6|2.0.1     1.6 unless given; given as often as --station: each station's own, in their order
  --connectors N          of each charge point: 1 to 16, 1 unless given
  --phases 1|3            3 unless given
  --max-a A               what the hardware lets through on each phase: 6 to 500, 32 unless given
  --lag-ms MS             how long a car takes to follow a new limit, 1000 unless given
  --meter-s S             how often it meters until it is told otherwise, 60 unless given
  --supply-a A            the fuse that all of them hang on, on each phase; GET /state tells what flows through it
  --wiring L2,L3,L1       the supply's phases behind a station's own; as often as --station, in their order
  --keep-messages N       answered messages that GET /state shows of each station: 0 to 5000, 5000 unless given
  --own-numbers HOW       minus-one or random: what a transaction is called whose start was never answered (1.6)
  --control HOST:PORT     HTTP levers: GET /state and POST
                          /plug {station, connector, wantsA, phases, batteryWh, chargedWh}, /unplug {station, connector},
                          /arrive {as /plug, idTag}: plugs in, and swipes once the station is set up,
                          /wants {station, connector, wantsA}, /swipe {station, connector, idTag},
                          /stop /clear-fault {station, connector}, /fault {station, connector, errorCode},
                          /cut {station, forS}, /reboot {station, reason}, /lag {station, connector, lagMs},
                          /garbage {station, bytes}, /behave {station}, /misbehave {station, nullPayloads, extraFields,
                          misspelt, numericTexts, duplicates, lostAnswers, isSilent, clockOffsetS, refusesProfiles}
  --with-parent           end when standard input closes
  --help

One line of JSON on standard output names the ports when all is ready.
`;

const VERSIONS: Readonly<Record<string, OcppVersion>> = { "1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1" };
const MAX_STATIONS = 500;

/** @throws SimulatorError `simulator/bad-argument`. */
function parse(args: string[]): { options: SimulatorOptions; isWithParent: boolean } | "help" {
  const values = parseFlags(args, {
    url: { type: "string" },
    station: { type: "string", multiple: true, default: ["CP-1"] },
    version: { type: "string", multiple: true, default: ["1.6"] },
    wiring: { type: "string", multiple: true, default: ["L1,L2,L3"] },
    "supply-a": { type: "string" },
    "keep-messages": { type: "string", default: "5000" },
    connectors: { type: "string", default: "1" },
    phases: { type: "string", default: "3" },
    "max-a": { type: "string", default: "32" },
    "lag-ms": { type: "string", default: "1000" },
    "meter-s": { type: "string", default: "60" },
    "own-numbers": { type: "string", default: "minus-one" },
    control: { type: "string" },
    "with-parent": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  });
  if (values.help) return "help";
  const { phases, "own-numbers": ownNumbers } = values;
  if (phases !== "1" && phases !== "3") throw badArgument(`--phases: 1 or 3, not "${phases}"`);
  if (ownNumbers !== "minus-one" && ownNumbers !== "random") {
    throw badArgument(`--own-numbers: minus-one or random, not "${ownNumbers}"`);
  }
  const whole = (flag: "connectors" | "lag-ms" | "meter-s" | "keep-messages", min: number, max: number): number =>
    parseNumber(`--${flag}`, values[flag], { min, max, isWhole: true });
  const common: Omit<ChargePointOptions, "identity" | "version"> = {
    url: parseUrl(values.url),
    ownNumbers,
    connectors: whole("connectors", 1, 16),
    phases: phases === "1" ? 1 : 3,
    maxA: parseNumber("--max-a", values["max-a"], { min: 6, max: 500 }),
    lagMs: whole("lag-ms", 0, 60_000),
    keptMessages: whole("keep-messages", 0, 5_000),
    settings: { meterS: String(whole("meter-s", 1, 86_400)) },
  };
  const versions = eachStations("--version", values.version.map(parseVersion), values.station.length);
  const wirings = eachStations("--wiring", values.wiring.map(parseWiring), values.station.length);
  const stations = values.station.map((text, index): ChargePointOptions => ({
    ...common,
    ...parseStation(text),
    version: versions(index),
  }));
  const [first, ...others] = stations;
  if (first === undefined || others.length >= MAX_STATIONS) {
    throw badArgument(`--station: 1 to ${MAX_STATIONS} of them`);
  }
  const supply =
    values["supply-a"] === undefined
      ? undefined
      : {
          limitA: parseNumber("--supply-a", values["supply-a"], { min: 6, max: 5_000 }),
          wirings: stations.map((_, index) => wirings(index)),
        };
  return {
    options: { stations: [first, ...others], supply, control: parseEndpoint("--control", values.control) },
    isWithParent: values["with-parent"],
  };
}

/** What was given once for all stations, or once for each. */
function eachStations<T>(flag: string, given: readonly T[], stations: number): (index: number) => T {
  if (given.length !== 1 && given.length !== stations) throw badArgument(`${flag}: once, or once for each --station`);
  return (index) => {
    const one = given[given.length === 1 ? 0 : index];
    assert(one !== undefined, "there are as many as stations");
    return one;
  };
}

function parseVersion(text: string): OcppVersion {
  const version = VERSIONS[text];
  if (version === undefined) throw badArgument(`--version: 1.6 or 2.0.1, not "${text}"`);
  return version;
}

function parseWiring(text: string): Wiring {
  const { data } = wiring.safeParse(text.split(","));
  if (data === undefined) throw badArgument(`--wiring: L1, L2 and L3 in any order, not "${text}"`);
  return data;
}

function parseUrl(url: string | undefined): string {
  const parsed = url === undefined ? null : URL.parse(url);
  if (url === undefined || parsed === null || (parsed.protocol !== "ws:" && parsed.protocol !== "wss:")) {
    throw badArgument("--url ws://HOST:PORT[/PATH] is needed; see --help");
  }
  return url;
}

function parseStation(text: string): { readonly identity: string; readonly key?: string } {
  const { identity, key } = /^(?<identity>[A-Za-z0-9*\-_=+|@.]{1,48})(?::(?<key>.{1,40}))?$/.exec(text)?.groups ?? {};
  if (identity === undefined) throw badArgument(`--station: an identity and perhaps a key, not "${text}"`);
  return key === undefined ? { identity } : { identity, key };
}

await runSimulator({ help: HELP, parse, start: (options, log) => startSimulator({ ...options, log }) });
