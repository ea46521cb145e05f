import { realpath } from "node:fs/promises";

import { LinkError } from "@outpost/firmware-adapters/links/errors.ts";
import type { ByteLink } from "@outpost/firmware-adapters/links/link.ts";
import { openLink } from "@outpost/firmware-adapters/links/open-link.ts";
import { isPortTaken, scanSerialPorts } from "@outpost/firmware-adapters/links/scan-serial.ts";
import { openSerial } from "@outpost/firmware-adapters/links/serial.ts";
import type { LinkSettings } from "@outpost/firmware-adapters/links/settings.ts";
import type { Parity, Speed } from "@outpost/firmware-adapters/modbus/scan/plan.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { HostPort } from "./arguments.ts";

/** Lines of bytes to look at, as the options name them. */
export interface LineOptions {
  readonly serial?: readonly string[];
  readonly serialServer?: readonly HostPort[];
  readonly baud: readonly Speed[];
  readonly parity: readonly Parity[];
}

type ByteLine = Extract<LinkSettings, { readonly kind: "serial" | "serial-server" }>;

const DEPS = { clock: systemClock, log: silentLog };
const OPEN_TIMEOUT_MS = 5_000;

/** Every line in every speed and parity. */
export function linesOf({ serial = [], serialServer = [], baud, parity }: LineOptions): readonly ByteLine[] {
  const rest = { id: "scan", dataBits: 8, stopBits: 1, gapMs: 5 } as const;
  const ports = serial.flatMap((path) =>
    baud.flatMap((baudRate) =>
      parity.map((one): ByteLine => ({ ...rest, kind: "serial", path, baudRate, parity: one })),
    ),
  );
  return [
    ...ports,
    ...serialServer.map(({ host, port }): ByteLine => ({ id: "scan", kind: "serial-server", host, port, gapMs: 5 })),
  ];
}

/** A line for people: `/dev/ttyUSB0 9600 8N1`, `10.0.0.5:4001`. */
export function lineName(
  line: { readonly path: string; readonly baudRate: number; readonly parity: Parity } | HostPort,
): string {
  if ("host" in line) return `${line.host.includes(":") ? `[${line.host}]` : line.host}:${line.port}`;
  return `${line.path} ${line.baudRate} 8${line.parity.charAt(0).toUpperCase()}1`;
}

/**
 * Works on one line, which is closed again afterwards.
 *
 * @returns what it brought, or in one line why the line could not be used.
 */
export async function onLine<T>(
  settings: ByteLine,
  signal: AbortSignal,
  work: (link: ByteLink) => Promise<T>,
): Promise<{ readonly kind: "done"; readonly result: T } | { readonly kind: "failed"; readonly failure: string }> {
  try {
    if (settings.kind === "serial") await (await openSerial(settings, DEPS, bounded(signal))).close();
    await using link = openLink(settings, DEPS);
    if (link.kind === "tcp") throw new Error("a byte line was asked for");
    return { kind: "done", result: await work(link) };
  } catch (error) {
    if (signal.aborted || !(error instanceof LinkError)) throw error;
    const failure = isPortTaken(error) && settings.kind === "serial" ? await taken(settings.path) : error.message;
    return { kind: "failed", failure };
  }
}

/** Why a port that another program has is not looked at, in one line. */
export async function taken(path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  const ports = await scanSerialPorts();
  const users = ports.find(({ names }) => names.includes(real))?.usedBy ?? [];
  const by = users.map(({ name, pid }) => ` by ${name} (process ${pid})`).join(",");
  return `${path} is in use${by}: stop the gateway, or whatever has it, and scan again`;
}

/** The serial ports that nobody uses, as far as can be seen. */
export async function freePorts(): Promise<readonly string[]> {
  return (await scanSerialPorts()).filter(({ usedBy }) => usedBy.length === 0).map(({ path }) => path);
}

function bounded(signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(OPEN_TIMEOUT_MS)]);
}
