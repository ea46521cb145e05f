import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { LIBMODBUS, PYMODBUS, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { startPythonScript } from "../testing/python-script.ts";
import { planScan, type ScanTarget } from "./plan.ts";
import { scanModbus, type PassReport } from "./scan.ts";

const noPymodbus = missingPeer(PYMODBUS);
const noLibmodbus = missingPeer(LIBMODBUS);
for (const missing of [noPymodbus, noLibmodbus]) if (missing !== undefined) console.warn(`skipped: ${missing}`);

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
    await using _ = await startPythonScript(new URL("testing/pymodbus-identity.py", import.meta.url), [
      framing,
      String(port),
    ]);
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
    await using server = await startPythonScript(new URL("../bench/libmodbus-server.py", import.meta.url), ["0"]);
    const report = await scan({ kind: "tcp", host: "127.0.0.1", port: Number(server.firstLine) });
    // Over TCP libmodbus answers to any unit id; three are too few to say so.
    expect(report?.found.map(({ unitId, identification }) => [unitId, identification])).toEqual([
      [4, undefined],
      [5, undefined],
      [6, undefined],
    ]);
  });
});
