import { PARITIES, SPEEDS, type Parity, type Speed } from "@outpost/firmware-adapters/modbus/scan/plan.ts";
import { InvalidArgumentError } from "commander";

/** A host and a port, as people write them. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `HOST`, `HOST:PORT` or `[ADDRESS]:PORT`, for an option that may be given several times. */
export function parseHosts(defaultPort?: number): (text: string, before?: readonly HostPort[]) => readonly HostPort[] {
  return (text, before = []) => [...before, parseHost(text, defaultPort)];
}

function parseHost(text: string, defaultPort: number | undefined): HostPort {
  const match = /^(?:\[(?<six>[0-9a-fA-F:.]+)\]|(?<host>[^:[\]\s]{1,253}))(?::(?<port>\d{1,5}))?$/.exec(text);
  const { six, host = six, port } = match?.groups ?? {};
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number === undefined || number < 1 || number > 65_535) {
    throw new InvalidArgumentError(
      `${defaultPort === undefined ? "HOST:PORT" : "HOST or HOST:PORT"} with a port of 1 to 65535.`,
    );
  }
  return { host, port: number };
}

/** For an option that may be given several times. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}

/** Numbers and ranges, `1-20,31`, each once, in the order given. */
export function parseUnits(text: string): readonly number[] {
  const units = new Set<number>();
  for (const part of text.split(",")) {
    const [first, last = first] = /^\d{1,3}(-\d{1,3})?$/.test(part) ? part.split("-").map(Number) : [];
    if (first === undefined || last === undefined || first > last || last > 255) {
      throw new InvalidArgumentError("Numbers of 0 to 255 and ranges of them, like 1-20,31.");
    }
    for (let unit = first; unit <= last; unit += 1) units.add(unit);
  }
  return [...units];
}

/** Speeds that serial lines have, `9600,19200`. */
export function parseSpeeds(text: string): readonly Speed[] {
  return text.split(",").map((one) => {
    const speed = SPEEDS.find((known) => String(known) === one.trim());
    if (speed === undefined) throw new InvalidArgumentError(`One or more of ${SPEEDS.join(", ")}.`);
    return speed;
  });
}

/** Parities, `none,even`. */
export function parseParities(text: string): readonly Parity[] {
  return text.split(",").map((one) => {
    const parity = PARITIES.find((known) => known === one.trim());
    if (parity === undefined) throw new InvalidArgumentError(`One or more of ${PARITIES.join(", ")}.`);
    return parity;
  });
}

/** A whole number within limits, both possible. */
export function parseWhole(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`A whole number of ${min} to ${max}.`);
  };
}
