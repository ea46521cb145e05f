import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { byteLink } from "../links/link.ts";
import { openLink } from "../links/open-link.ts";
import { serialOverTcp } from "../links/testing/pty.ts";
import { estimateScanMs, scanLockers, type ScanProgress } from "./scan.ts";
import { startSimulator } from "./simulator/simulator.ts";
import { lineTo, openCabinet } from "./testing/cabinet-bench.ts";

const noSocat = missingPeer(SOCAT);
const never = new AbortController().signal;
/** Long enough for a simulator on a busy machine; most of a scan is waiting for boards that are not there. */
const quick = { signal: never, timeoutMs: 100, gapMs: 2 };

describe("how long a scan takes", () => {
  it.each([
    [["xor"], 32 * 220],
    [["kerong-cu16"], 10 * 220],
    [["kerong-cu48"], 16 * 220],
    [["wkly"], 33 * 220],
    [["kerong-cu16", "xor"], 42 * 220],
  ] as const)("for %o is told before", (protocols, ms) => {
    expect(estimateScanMs(protocols)).toBe(ms);
  });

  it("for all of them is told with the gap and timeout that it will use", () => {
    expect(estimateScanMs()).toBe(91 * 220);
    expect(estimateScanMs(["kerong-cu16"], { timeoutMs: 60, gapMs: 2 })).toBe(620);
  });
});

describe("a scan", () => {
  it.each([
    ["xor", [2, 5], 16],
    ["kerong-cu16", [0, 3], 16],
    ["kerong-cu48", [1], 24],
    ["wkly", [7], 12],
  ] as const)(
    "finds the boards of %s %o among all protocols, and how many locks they have",
    async (protocol, boards, ways) => {
      await using simulator = await startSimulator({ protocol, boards, ways, tcp: { host: "127.0.0.1", port: 0 } });
      await using link = lineTo(simulator.ports.tcp ?? 0);
      const progress: ScanProgress[] = [];
      const found = await scanLockers(link, { ...quick, onProgress: (one) => progress.push(one) });
      expect(found).toEqual(boards.map((board) => ({ protocol, board, ways })));
      expect(progress).toHaveLength(91);
      expect(progress.at(-1)).toEqual({ asked: 91, total: 91, found, leftMs: 0 });
      expect(simulator.wall.doors.every(({ isOpen, pulses }) => !isOpen && pulses === 0)).toBe(true);
    },
  );

  it("lets the cabinets on its line go on", async () => {
    await using bench = await openCabinet();
    const from = bench.deps.events.length;
    expect(await scanLockers(bench.link, { ...quick, protocols: ["xor"] })).toMatchObject([
      { protocol: "xor", board: 1 },
    ]);
    expect(bench.deps.events.length).toBeGreaterThan(from);
    expect(bench.deps.lastStatus()?.state).toBe("online");
  });

  it("ends at once where it is told to, and says so where the line is down", async () => {
    await using bench = await openCabinet();
    const stop = new AbortController();
    const options = { ...quick, signal: stop.signal, onProgress: () => stop.abort(new Error("enough")) };
    await expect(scanLockers(bench.link, options)).rejects.toThrow("enough");
    await using nowhere = lineTo(1);
    await expect(scanLockers(nowhere, quick)).rejects.toMatchObject({ code: "link/down" });
  });

  it.skipIf(noSocat !== undefined)("works on a serial line", async () => {
    await using simulator = await startSimulator({ protocol: "kerong-cu16", tcp: { host: "127.0.0.1", port: 0 } });
    await using pty = await serialOverTcp(simulator.ports.tcp ?? 0);
    const settings = { parity: "none", dataBits: 8, stopBits: 1, gapMs: 2 } as const;
    const serial = { ...settings, id: "line", kind: "serial", path: pty.path, baudRate: 19_200 } as const;
    await using link = openLink(serial, { clock: systemClock, log: silentLog });
    const found = await scanLockers(byteLink(link), { ...quick, timeoutMs: 300, protocols: ["kerong-cu16"] });
    expect(found).toEqual([{ protocol: "kerong-cu16", board: 0, ways: 16 }]);
  });
});
