import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { describe, expect, it, vi } from "vitest";

import { freePort } from "../demo/free-ports.ts";
import { inTemporaryFolder } from "./script.ts";
import { isLevelLive } from "./sightings.ts";
import { descendantsOf, survivorsOf } from "./testing/process-tree.ts";

const MAIN = fileURLToPath(new URL("../demo/main.ts", import.meta.url));
const SOON = { timeout: 60_000, interval: 200 };

/** What must run below the demo, by its command line. */
const PROGRAMS = ["modbus/simulator/main.ts", "fleet/main.ts", "edge/main.ts", "postgres"];

/** The address that the demo prints when it works. */
async function printedAddress(demo: ChildProcess): Promise<string> {
  if (demo.stdout === null) throw new Error("no pipe");
  for await (const line of createInterface({ input: demo.stdout })) {
    const address = /前哨 Outpost\s+(http:\S+)/.exec(line)?.[1];
    if (address !== undefined) return address;
  }
  throw new Error("the demo ended without an address");
}

describe("the demo", () => {
  it.each([
    ["Ctrl-C, which a terminal sends to all of its processes", (pid: number) => process.kill(-pid, "SIGINT")],
    ["SIGINT to itself alone", (pid: number) => process.kill(pid, "SIGINT")],
  ])(
    "shows live levels at the address it prints, and nothing of it survives %s",
    async (_, interrupt) => {
      await inTemporaryFolder("demo", async (state) => {
        const port = await freePort();
        const demo = spawn(process.execPath, [MAIN, `--port=${port}`, "--state", state], {
          stdio: ["ignore", "pipe", "pipe"],
          detached: true,
        });
        const ended = once(demo, "close");
        const errors = text(demo.stderr);
        const pid = demo.pid ?? 0;
        try {
          const address = await printedAddress(demo);
          expect(address).toBe(`http://127.0.0.1:${port}/demo`);
          const { origin } = new URL(address);
          await vi.waitFor(async () => expect(await isLevelLive(origin, "gateway-01")).toBe(true), SOON);
          const page = await fetch(address, { headers: { accept: "text/html" } });
          expect(await page.text()).toContain("<html");
          const below = await descendantsOf(pid);
          for (const program of PROGRAMS) expect(below.map(({ command }) => command).join("\n")).toContain(program);
          interrupt(pid);
          await ended;
          expect([await errors, demo.exitCode]).toEqual(["", 0]);
          await vi.waitFor(async () => expect(await survivorsOf(below)).toEqual([]), SOON);
        } finally {
          demo.kill("SIGTERM");
          await ended;
        }
      });
    },
    240_000,
  );
});
