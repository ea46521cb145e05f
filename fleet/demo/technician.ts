import { execFile } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const BUILD_WITHIN_MS = 300_000;
const ADD_WITHIN_MS = 30_000;

/** The demo's technician. */
export const TECHNICIAN = "demo";

/** Builds the gateway's technician page, as its image does. @throws Error with the builder's own words. */
export async function buildTechnicianPage(): Promise<void> {
  await run(["edge/technician/web/build.ts"], BUILD_WITHIN_MS, {});
}

/** Lets the demo's technician in with a PIN of this run. @returns the PIN. */
export async function addTechnician(stateDirectory: string): Promise<string> {
  // Never one that counts or repeats: the gateway takes no such PIN.
  const pin = `${randomInt(10, 100)}${randomInt(1, 5)}${randomInt(5, 10)}${randomInt(0, 5)}${randomInt(5, 10)}`;
  const args = ["edge/main.ts", "technician", "add", TECHNICIAN, "--state", join(stateDirectory, "gateway")];
  await run(args, ADD_WITHIN_MS, { OUTPOST_PIN: pin });
  return pin;
}

async function run(args: readonly string[], timeout: number, env: Readonly<Record<string, string>>): Promise<void> {
  await promisify(execFile)(process.execPath, args, { cwd: ROOT, timeout, env: { ...process.env, ...env } });
}
