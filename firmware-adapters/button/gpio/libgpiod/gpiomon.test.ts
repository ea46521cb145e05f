import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { GPIOD, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { afterAll, describe, expect, it } from "vitest";

import type { OpenDevice } from "../../../adapter.ts";
import { eventually, fakeDeps, type FakeDeps } from "../../../testing/fake-deps.ts";
import { button } from "../../adapter.ts";
import { Board, type BoardOptions } from "../../simulator/board.ts";
import { findTools, runTool } from "./tools.ts";

const never = new AbortController().signal;
const noGpiod = missingPeer(GPIOD);
if (noGpiod !== undefined) console.warn(`skipped against libgpiod itself: ${noGpiod}`);
const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "outpost-board-"));
  folders.push(folder);
  return folder;
}

interface Bench extends AsyncDisposable {
  readonly board: Board;
  readonly deps: FakeDeps;
  readonly device: OpenDevice;
}

const LEVELS = { 17: 1, 27: 0, 22: 0, 23: 0 } as const;

async function open(settings: object = {}, options: Partial<BoardOptions> = {}): Promise<Bench> {
  const folder = join(await freshFolder(), "board");
  const board = await Board.make({ folder, version: "1.6.3", label: "stub", levels: LEVELS, ...options });
  const deps = fakeDeps();
  const all = {
    source: "gpio",
    chip: "stub",
    line: 17,
    gpiomonPath: board.gpiomonPath,
    checkEveryMs: 300,
    ...settings,
  };
  const device = await button.configure("device", all).open(deps, never);
  return {
    board,
    deps,
    device,
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
  };
}

/** Online, and its gpiomon listening: on a busy machine that may take longer than the adapter waits for a refusal. */
const untilOnline = ({ deps, board }: Bench) =>
  eventually("online", () => deps.lastStatus()?.state === "online" && board.running("gpiomon") !== undefined);
const reads = (deps: FakeDeps, pointId: string, value: number): boolean => {
  const reading = deps.last(pointId)?.reading;
  return reading?.quality === "good" && reading.value === value;
};
const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe.each(["1.6.3", "2.1.3"] as const)("a button through gpiomon %s", (version) => {
  it("raises and is let go, with its lines named as the chip names them", async () => {
    await using at = await open({ line: "GPIO17", cutLine: { line: 27 } }, { version });
    await untilOnline(at);
    await at.board.move(17, 0);
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await at.board.move(17, 1);
    await eventually("the release", () => reads(at.deps, "pressed", 0));
    await at.board.move(27, 1);
    await eventually("the cut wire", () => reads(at.deps, "cutWire", 1));
    const args = at.board.running("gpiomon")?.args;
    expect(args).toBe(
      version === "1.6.3" ? "--format=%e %o %s %n gpiochip0 17 27" : "--format=%e %o %S -c gpiochip0 17 27",
    );
  });

  it("raises a press that was there before it started", async () => {
    await using at = await open({ bias: "pull-up" }, { version, levels: { 17: 0 } });
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    await eventually("gpiomon", () => at.board.running("gpiomon")?.args.includes("--bias=pull-up"));
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it("reads the levels anew when gpiomon was killed: what happened meanwhile is not lost", async () => {
    await using at = await open({}, { version });
    await untilOnline(at);
    at.board.killGpiomon();
    await at.board.moveUnseen(17, 0);
    await eventually("the fault", () =>
      at.deps.events.some((event) => event.kind === "status" && event.state === "fault"),
    );
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it("drives lamp and buzzer, and lets them go in the end", async () => {
    await using at = await open({ ledLine: { line: 22 }, buzzerLine: { line: 23, activeLevel: "low" } }, { version });
    await untilOnline(at);
    await eventually("dark and quiet", () => at.board.output(22) === 0 && at.board.output(23) === 1);
    const show = (value: number) =>
      at.device.execute({ kind: "write", pointId: "indicator", value, actor: "rule" }, never);
    expect(await show(3)).toEqual({ kind: "done", before: 0, after: 3 });
    await eventually("lit and quiet", () => at.board.output(22) === 1 && at.board.output(23) === 1);
    expect(await show(1)).toMatchObject({ kind: "done", before: 3, after: 1 });
    await eventually("that it blinks off", () => at.board.output(22) === 0);
    await eventually("that it blinks on", () => at.board.output(22) === 1);
    await at.device[Symbol.asyncDispose]();
    expect([at.board.running("gpioset"), at.board.running("gpiomon")]).toEqual([undefined, undefined]);
  });
});

describe("a button through gpiomon", () => {
  it.each([
    ["half a line that is never finished", "1 17 12", "half a line"],
    ["a line that is no event", "what?\n", "what?"],
    ["an edge of another line", "1 5 1 1\n", '"offset":5'],
    ["a line without an end", "x".repeat(200), "no event of ours"],
  ])("is at fault after %s, and starts anew", async (_, printed, reason) => {
    await using at = await open();
    await untilOnline(at);
    const first = at.board.running("gpiomon")?.pid ?? 0;
    await at.board.print(printed);
    await eventually("the fault", () =>
      at.deps.events.some(
        (event) => event.kind === "status" && event.state === "fault" && event.reason.includes(reason),
      ),
    );
    await untilOnline(at);
    await eventually("the end of the first", () => !isRunning(first));
    await eventually("the level, read anew", () => reads(at.deps, "pressed", 0));
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it("takes an edge that comes in two pieces", async () => {
    await using at = await open();
    await untilOnline(at);
    const edge = at.board.edge(17, 0);
    await at.board.print(edge.slice(0, 6));
    await systemClock.sleep(200);
    await at.board.print(`${edge.slice(6)}\n`);
    await eventually("the press", () => reads(at.deps, "pressed", 1));
    expect(at.deps.lastStatus()?.state).toBe("online");
  });

  it.each([
    ["a line that is busy", {}, "fails line is busy", "fault", "not-available: ", "line is busy"],
    [
      "a chip of another name",
      { chip: "other" },
      "works",
      "offline",
      "link-down: ",
      'no GPIO chip is labelled "other"',
    ],
    ["a line of another name", { line: "GPIO99" }, "works", "offline", "link-down: ", 'chip stub has no line "GPIO99"'],
    ["tools that hang", {}, "hangs", "offline", "timeout: ", "did not answer"],
  ] as const)("says what is wrong: %s", async (_, settings, mood, state, prefix, detail) => {
    const folder = join(await freshFolder(), "board");
    const board = await Board.make({ folder, version: "1.6.3", label: "stub", levels: LEVELS });
    await board.setMood(mood);
    const deps = fakeDeps();
    const all = { source: "gpio", chip: "stub", line: 17, gpiomonPath: board.gpiomonPath, ...settings };
    await using device = await button.configure("device", all).open(deps, never);
    const status = await eventually("a status", () => deps.lastStatus());
    expect([status.state, status.reason.startsWith(prefix), status.reason.includes(detail)]).toEqual([
      state,
      true,
      true,
    ]);
    expect(deps.last("pressed")?.reading.quality).toBe("bad");
    expect(device.ended).toBeInstanceOf(Promise);
  });

  it("says that gpiomon is missing, or no libgpiod that it knows, and goes on when it is there", async () => {
    const folder = await freshFolder();
    const path = join(folder, "board", "gpiomon");
    const deps = fakeDeps();
    const settings = { source: "gpio", chip: "stub", line: 17, gpiomonPath: path, checkEveryMs: 300 };
    await using _ = await button.configure("device", settings).open(deps, never);
    await eventually("that it is missing", () => deps.lastStatus()?.reason.includes("is not installed"));
    await mkdir(join(folder, "board"));
    await writeFile(path, "#!/bin/sh\necho gpiomon from elsewhere\n");
    await chmod(path, 0o755);
    await eventually("that it is unknown", () => deps.lastStatus()?.reason.includes("no libgpiod that is known here"));
    await Board.make({ folder: join(folder, "board"), version: "2.1.3", label: "stub", levels: LEVELS });
    await eventually("online", () => deps.lastStatus()?.state === "online");
    expect(deps.last("pressed")?.reading).toEqual({ quality: "good", value: 0 });
  });

  it("notices that its chip has gone although gpiomon says nothing", async () => {
    await using at = await open();
    await untilOnline(at);
    await at.board.unplug();
    await eventually("offline", () => at.deps.lastStatus()?.state === "offline");
    await at.board.plug();
    await untilOnline(at);
    expect(reads(at.deps, "pressed", 0)).toBe(true);
  });

  it("says that its lamp cannot be lit", async () => {
    await using at = await open({ ledLine: { line: "no such line" } });
    await untilOnline(at);
    await eventually("the bad indicator", () => at.deps.last("indicator")?.reading.quality === "bad");
    const outcome = await at.device.execute({ kind: "write", pointId: "indicator", value: 1, actor: "rule" }, never);
    expect(outcome).toMatchObject({ kind: "unconfirmed", detail: expect.stringContaining("no such line") });
  });

  it("leaves no tool behind when the gateway is killed", async () => {
    const folder = join(await freshFolder(), "board");
    const board = await Board.make({ folder, version: "1.6.3", label: "stub", levels: LEVELS });
    const script = `
      import { button } from ${JSON.stringify(new URL("../../adapter.ts", import.meta.url).href)};
      import { fakeDeps } from ${JSON.stringify(new URL("../../../testing/fake-deps.ts", import.meta.url).href)};
      const settings = { source: "gpio", chip: "stub", line: 17, ledLine: { line: 22 }, gpiomonPath: ${JSON.stringify(board.gpiomonPath)} };
      await button.configure("device", settings).open(fakeDeps(), new AbortController().signal);
      setInterval(() => {}, 1_000);
    `;
    const gateway = spawn(process.execPath, ["--input-type=module-typescript", "-e", script], { stdio: "ignore" });
    const pids = await eventually("gpiomon and gpioset", () => {
      const [watching, driving] = [board.running("gpiomon"), board.running("gpioset")];
      return watching !== undefined && driving !== undefined && [watching.pid, driving.pid];
    });
    const ended = once(gateway, "exit");
    gateway.kill("SIGKILL");
    await ended;
    await eventually("that they are gone", () => !pids.some(isRunning));
    expect([board.running("gpiomon"), board.running("gpioset")]).toEqual([undefined, undefined]);
  });
});

describe.skipIf(noGpiod !== undefined)("libgpiod itself", () => {
  it("is found with its version, and its tools run", async () => {
    const tools = await findTools(undefined, never);
    expect([1, 2]).toContain(tools.version);
    expect(await runTool(tools.commandOf("gpiodetect", []), never)).toBeTypeOf("string");
  });

  it("has no chip of a label that nobody uses", async () => {
    const deps = fakeDeps();
    const settings = { source: "gpio", chip: "no such chip", line: 17, driver: "gpiomon" };
    await using device = await button.configure("device", settings).open(deps, never);
    const status = await eventually("a status", () => deps.lastStatus());
    expect(status).toMatchObject({
      state: "offline",
      reason: 'link-down: no GPIO chip is labelled "no such chip"',
    });
    expect(device.ended).toBeInstanceOf(Promise);
  });
});
