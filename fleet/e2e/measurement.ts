import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A program that measures something and prints one JSON line at the end. Exit 1: a stated bound was missed. */
export interface Measurement {
  readonly script: string;
  readonly summary: string;
}

/**
 * Runs one measurement from the table, or explains the table. Ends the process with the measurement's own status.
 *
 * @param command  what the person typed, for the usage line.
 * @param table    by name.
 */
export async function runMeasurement(command: string, table: Readonly<Record<string, Measurement>>): Promise<void> {
  const [name, ...rest] = process.argv.slice(2);
  if (name === undefined || name === "--help" || name === "-h") {
    process.stdout.write(usage(command, table));
    process.exitCode = name === undefined ? 2 : 0;
    return;
  }
  const measurement = table[name];
  if (measurement === undefined) {
    process.stderr.write(`no measurement is called "${name}"; there are: ${Object.keys(table).join(", ")}\n`);
    process.exitCode = 2;
    return;
  }
  const wantsJson = rest.includes("--json");
  const args = [...rest.filter((arg) => arg !== "--json"), "--json"];
  const child = spawn(process.execPath, [ROOT + measurement.script, ...args], {
    stdio: ["inherit", "pipe", "inherit"],
  });
  let last = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (wantsJson || !line.startsWith("{")) process.stdout.write(`${line}\n`);
    last = line;
  });
  const [status] = await once(child, "close");
  if (!wantsJson && last.startsWith("{")) process.stdout.write(`${JSON.stringify(JSON.parse(last), null, 2)}\n`);
  process.exitCode = typeof status === "number" ? status : 1;
}

function usage(command: string, table: Readonly<Record<string, Measurement>>): string {
  const rows = Object.entries(table).map(([name, { summary }]) => `  ${name.padEnd(14)} ${summary}`);
  return `Usage: ${command} NAME [--json] [options of its own; NAME --help lists them]\n\n${rows.join("\n")}\n`;
}
