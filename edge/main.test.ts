import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator, type Simulator } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { PLANTED_FAULTS } from "./site/testing/planted-faults.ts";
import { SAMPLE_SITE } from "./site/testing/sample-site.ts";
import { runToEnd, startGateway, type GatewayProcess } from "./testing/gateway-process.ts";

const WAIT = { timeout: 30_000, interval: 100 };

const DOOR_RULE = `
  - id: door
    kind: equals
    device: station
    point: doorOpen
    value: 1
    priority: high
    message: { zh: 门开, en: The door is open }
    actions: [siren]
`;

let directory: string;
let simulator: Simulator;
let siteFile: string;
let state: string;
const running: GatewayProcess[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost main "));
  state = join(directory, "state");
  siteFile = join(directory, "site.yaml");
  simulator = await startSimulator({ tcp: { host: "127.0.0.1", port: 0 } });
  await writeSite(withDoor);
});
afterEach(async () => {
  for (const gateway of running.splice(0)) await gateway[Symbol.asyncDispose]();
  await simulator[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

function withDoor(text: string): string {
  return text.replace("\nactions:", `${DOOR_RULE}\nactions:`);
}

/** The sample site, on the simulator's port, changed as the test wants it. */
async function writeSite(change: (text: string) => string): Promise<void> {
  await writeFile(siteFile, change(SAMPLE_SITE.replace("port: 1502", `port: ${simulator.ports.tcp}`)));
}

async function start(): Promise<GatewayProcess> {
  const gateway = await startGateway(siteFile, state);
  running.push(gateway);
  return gateway;
}

async function page(gateway: GatewayProcess): Promise<string> {
  return await (await fetch(`${gateway.statusPage}/live?lang=en`)).text();
}

function openDoor(isActive: boolean): void {
  simulator.station.apply({ kind: "door-open", isActive });
}

/** Waits for the siren. @returns whether it came to that in time. */
async function sirenBecomes(isOn: boolean): Promise<boolean> {
  try {
    return await vi.waitUntil(() => simulator.station.snapshot().siren.isOn === isOn, WAIT);
  } catch {
    return false;
  }
}

describe("the command line", () => {
  it("explains itself", async () => {
    const help = await runToEnd(["--help"]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain("check");
    expect((await runToEnd(["run", "--help"])).stdout).toContain("--site <file>");
  });

  it.each<[string, string[], RegExp]>([
    ["an unknown option", ["check", "--site", "x", "--sight", "y"], /^error: unknown option '--sight'\n$/],
    [
      "an option that is missing",
      ["run", "--site", "x"],
      /^error: required option '--state <directory>' not specified\n$/,
    ],
    ["an unknown command", ["walk"], /^error: unknown command 'walk'\n$/],
    ["a file that is not there", ["check", "--site", "/nowhere.yaml"], /^\/nowhere.yaml: cannot be read: ENOENT\n$/],
  ])("ends with one clear line on %s", async (_, args, line) => {
    const ended = await runToEnd(args);
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).toMatch(line);
    expect(ended.stdout).toBe("");
  });

  it("ends with one clear line on a log level that is none", async () => {
    const ended = await runToEnd(["run", "--site", siteFile, "--state", state], { OUTPOST_LOG_LEVEL: "loud" });
    expect(ended).toMatchObject({ code: 1, stderr: expect.stringMatching(/^OUTPOST_LOG_LEVEL must be .*\n$/) });
  });
});

describe("check", () => {
  it("says that a good file is good", async () => {
    expect(await runToEnd(["check", "--site", siteFile])).toMatchObject({ code: 0, stderr: "" });
  });

  it("names every planted fault with its place and ends with 1", async () => {
    const files = await Promise.all(
      PLANTED_FAULTS.map(async ({ text }, index) => {
        const file = join(directory, `fault-${index}.yaml`);
        await writeFile(file, text);
        return file;
      }),
    );
    const { code, stdout, stderr } = await runToEnd(["check", "--site", siteFile, ...files]);
    expect(code).toBe(1);
    expect(stdout).toBe(`${siteFile}: good (1 devices, 2 rules, 1 actions)\n`);
    for (const [index, { expected }] of PLANTED_FAULTS.entries()) {
      expect(stderr).toContain(`${files[index]}:${expected.startsWith(":") ? "" : expected}`);
    }
  });
});

describe("run", () => {
  it("refuses a bad site file where there is no last good one", async () => {
    await writeSite((text) => text.replace("limit: 3.2", "limit: high"));
    const ended = await runToEnd(["run", "--site", siteFile, "--state", state]);
    expect(ended).toMatchObject({ code: 1, stdout: "" });
    expect(ended.stderr).toContain(`${siteFile}:30:12: rules.0.limit: expected a number, found "high"`);
  });

  it("sounds the siren without any uplink, and lets it go", async () => {
    await start();
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    openDoor(false);
    expect(await sirenBecomes(false)).toBe(true);
  });

  it("ends cleanly on SIGTERM and leaves the siren as it is", async () => {
    const gateway = await start();
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    gateway.signal("SIGTERM");
    expect(await gateway.ended).toBe(0);
    expect(simulator.station.snapshot().siren.isOn).toBe(true);
  });

  it("goes on with the same occurrence after kill -9, and ends it when the condition is gone", async () => {
    const before = await start();
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    await vi.waitFor(async () => expect(await page(before)).toContain("The door is open"), WAIT);
    const occurrence = /value="([0-9a-f]{32})"/.exec(await page(before))?.[1];
    // Long enough for the alarm's fsync, which nobody on the alarm path waits for.
    await vi.waitFor(async () => expect(await metric(before, 'journal_waiting_rows{stream="alarm"}')).toBe(1), WAIT);
    before.signal("SIGKILL");
    await before.ended;
    const after = await start();
    expect(await page(after)).toContain(`value="${occurrence}"`);
    openDoor(false);
    expect(await sirenBecomes(false)).toBe(true);
    await vi.waitFor(async () => expect(await page(after)).toContain("cleared, not acknowledged"), WAIT);
  });

  it("runs the last good site when the file is bad, and says so", async () => {
    await (await start())[Symbol.asyncDispose]();
    await writeSite((text) => withDoor(text).replace("limit: 3.2", "limit: high"));
    const gateway = await start();
    await vi.waitFor(
      async () => expect(await page(gateway)).toContain("The site file was refused; the last good one runs"),
      WAIT,
    );
    expect(await page(gateway)).toContain("rules.0.limit: expected a number, found &quot;high&quot;");
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
  });

  it("protects the site when the journal is damaged, and says so", async () => {
    await (await start())[Symbol.asyncDispose]();
    const files = await readdir(join(state, "journal"));
    for (const name of files.filter((one) => !one.includes("anchor"))) {
      await writeFile(join(state, "journal", name), "not a database ".repeat(1_000));
    }
    const gateway = await start();
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    await vi.waitFor(async () => expect(await page(gateway)).toContain("The journal file was damaged"), WAIT);
  });

  it("protects the site when the page's port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await vi.waitFor(() => expect(other.listening).toBe(true));
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await writeSite((text) => withDoor(text).replace("port: 0", `port: ${port}`));
    const gateway = await start();
    expect(gateway.statusPage).toBe("");
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    other.close();
  });

  it("refuses a state directory that another gateway has, with one clear line", async () => {
    await start();
    const ended = await runToEnd(["run", "--site", siteFile, "--state", state]);
    expect(ended).toMatchObject({ code: 1, stderr: `another gateway runs in ${state}\n` });
  });
});

describe("SIGHUP", () => {
  it("applies a good file without touching what stayed the same", async () => {
    await writeSite((text) => text);
    const gateway = await start();
    openDoor(true);
    await vi.waitFor(async () => expect(await page(gateway)).toContain("online"), WAIT);
    const since = /since ([^<]*)</.exec(await page(gateway))?.[1];
    await writeSite(withDoor);
    gateway.signal("SIGHUP");
    expect(await sirenBecomes(true)).toBe(true);
    expect(/since ([^<]*)</.exec(await page(gateway))?.[1]).toBe(since);
    await writeSite((text) => text);
    gateway.signal("SIGHUP");
    expect(await sirenBecomes(false)).toBe(true);
  });

  it("refuses a bad file with reasons; what ran keeps running; a good one ends the alarm", async () => {
    const gateway = await start();
    await writeSite((text) => withDoor(text).replace("id: siren", "id: horn"));
    gateway.signal("SIGHUP");
    await vi.waitFor(async () => expect(await page(gateway)).toContain("no action has the id &quot;siren&quot;"), WAIT);
    openDoor(true);
    expect(await sirenBecomes(true)).toBe(true);
    await writeSite(withDoor);
    gateway.signal("SIGHUP");
    await vi.waitFor(async () => expect(await page(gateway)).not.toContain("no action has the id"), WAIT);
  });

  it("refuses what only a restart can change", async () => {
    const gateway = await start();
    await writeSite((text) => withDoor(text).replace("id: gateway-01", "id: gateway-02"));
    gateway.signal("SIGHUP");
    const refusal = "gateway.id: expected gateway-01, which changes only at a restart, found gateway-02";
    await vi.waitFor(async () => expect(await page(gateway)).toContain(refusal), WAIT);
  });
});

async function metric(gateway: GatewayProcess, name: string): Promise<number> {
  const text = await (await fetch(`${gateway.statusPage}/metrics`)).text();
  const line = text.split("\n").find((one) => one.startsWith(`outpost_${name} `));
  return Number(line?.split(" ").at(-1));
}
