import { once } from "node:events";
import { createServer } from "node:net";

import { describe, expect, it } from "vitest";

import { RunningSimulator } from "./running-simulator.ts";

const ANY_CONTROL = ["--control", "127.0.0.1:0"];

type Refusal = readonly [what: string, args: readonly string[], reason: string];

/** One simulator's own part of what every command line owes. */
export interface CommandLine {
  /** Flags with which it starts on any machine, without `--control` and `--with-parent`. */
  readonly starts: readonly string[];
  /** An option of its own, as its help writes it. */
  readonly helps: string;
  /** What it refuses, and the beginning of the reason. */
  readonly refuses: readonly Refusal[];
}

/** What everybody who starts a simulator relies on: its help, its ready line, its refusals and its end. */
export function describeCommandLine(main: URL, { starts, helps, refuses }: CommandLine): void {
  const run = (...args: readonly string[]): RunningSimulator => new RunningSimulator(main, args);

  const allRefuse: readonly Refusal[] = [
    ["an unknown option", ["--no-such-option", "x"], "Unknown option '--no-such-option'"],
    ["a word too many", [...starts, "now"], "Unexpected argument 'now'"],
    ["an address without a port", [...starts, "--control", "127.0.0.1"], "--control: HOST:PORT"],
  ];

  describe("the simulator's command line", () => {
    it("names its ports on one line and ends on SIGTERM", async () => {
      await using running = run(...starts, ...ANY_CONTROL);
      expect(await running.ready()).toMatchObject({ ready: true, control: expect.any(Number) });
      expect(await running.end()).toBe(0);
      expect(running.stdout).toMatch(/^[^\n]+\n$/);
    });

    it("ends with its parent where it was told to", async () => {
      await using running = run(...starts, "--with-parent");
      await running.ready();
      expect(await running.endWithParent()).toBe(0);
    });

    it("explains itself", async () => {
      await using running = run("--help");
      expect(await running.ended).toBe(0);
      const path = main.pathname.slice(main.pathname.lastIndexOf("/firmware-adapters/") + 1);
      for (const words of [`usage: node ${path} `, "--control HOST:PORT", "--with-parent", helps]) {
        expect(running.stdout).toContain(words);
      }
    });

    it.each([...allRefuse, ...refuses])("refuses %s in one line, with status 2", async (_, args, reason) => {
      await using running = run(...args);
      expect(await running.ended).toBe(2);
      expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
      expect(running.stderr).toContain(`simulator: ${reason}`);
      expect(running.stdout).toBe("");
    });

    it("says in one line that a port is taken, with status 1", async () => {
      const taken = createServer().listen(0, "127.0.0.1");
      await once(taken, "listening");
      const address = taken.address();
      const port = typeof address === "object" ? address?.port : undefined;
      await using running = run(...starts, "--control", `127.0.0.1:${port}`, "--with-parent");
      expect(await running.ended).toBe(1);
      expect(running.stderr).toMatch(/^simulator: cannot listen on [^\n]+\n$/);
      taken.close();
    });
  });
}
