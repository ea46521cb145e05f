import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { systemClock } from "@outpost/kernel/clock.ts";
import { LIBMODBUS, PYMODBUS, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { planScan, type ScanTarget } from "./plan.ts";
import { scanModbus, type PassReport } from "./scan.ts";

const PYTHON = "/usr/bin/python3";
const noPymodbus = missingPeer(PYMODBUS);
const noLibmodbus = missingPeer(LIBMODBUS);
for (const missing of [noPymodbus, noLibmodbus]) if (missing !== undefined) console.warn(`skipped: ${missing}`);

interface Script extends AsyncDisposable {
  readonly firstLine: string;
}

async function startScript(script: string, args: readonly string[]): Promise<Script> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const child = spawn(PYTHON, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const line = await Promise.race([once(createInterface(child.stdout), "line"), ended]);
  return {
    firstLine: String(line[0]),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const closed = once(server, "close");
  server.close();
  await closed;
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Looks until somebody is found: a server of another maker may say that it is ready a little before it is. */
async function scan(target: ScanTarget): Promise<PassReport | undefined> {
  const plan = planScan([target], { unitIds: [4, 5, 6], thinkMs: 300 });
  const deps = { clock: systemClock, onProgress: () => {}, onPass: () => {} };
  for (let tries = 0; ; tries += 1) {
    const { passes } = await scanModbus(plan, deps, new AbortController().signal);
    if (tries === 10 || (passes[0]?.found.length ?? 0) > 0) return passes[0];
  }
}

describe.skipIf(noPymodbus !== undefined)("against pymodbus", () => {
  it.each(["tcp", "rtu-tcp"] as const)("finds its unit and what it says of itself over %s", async (framing) => {
    const port = await freePort();
    await using _ = await startScript("testing/pymodbus-identity.py", [framing, String(port)]);
    const address = { host: "127.0.0.1", port };
    const report = await scan(
      framing === "tcp" ? { kind: "tcp", ...address } : { kind: "serial-server", baudRate: 9_600, ...address },
    );
    expect(report?.found).toEqual([
      {
        unitId: 5,
        exceptionCode: undefined,
        identification: { vendor: "Pymodbus", product: "PM", revision: "3.0" },
        isSlow: false,
      },
    ]);
    expect(report?.doubtful).toEqual([]);
  });
});

describe.skipIf(noLibmodbus !== undefined)("against libmodbus", () => {
  it("finds what does not say what it is", async () => {
    await using server = await startScript("../bench/libmodbus-server.py", ["0"]);
    const report = await scan({ kind: "tcp", host: "127.0.0.1", port: Number(server.firstLine) });
    // Over TCP libmodbus answers to any unit id; three are too few to say so.
    expect(report?.found.map(({ unitId, identification }) => [unitId, identification])).toEqual([
      [4, undefined],
      [5, undefined],
      [6, undefined],
    ]);
  });
});
