import { userInfo } from "node:os";

/** One JSON object a line on stdout. */
export function printJson(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Whoever is at the command line. */
export function operator(): string {
  return `${userInfo().username} (command line)`.slice(0, 120);
}
