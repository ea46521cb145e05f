import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { DeviceEvent } from "../event.ts";
import type { LinkStatus, Peer } from "../links/link.ts";
import { openLink } from "../links/open-link.ts";
import { PointBoard } from "../point-board.ts";
import { fakeDeps } from "../testing/fake-deps.ts";
import { refuseWrite } from "./only-reads.ts";
import { Presence } from "./presence.ts";
import { CommitOnce } from "./recording/commit-once.ts";
import { boundedDetails } from "./recording/details.ts";
import { Stations } from "./stations.ts";
import { Strangers } from "./strangers.ts";
import { Tasks } from "./tasks.ts";

const never = new AbortController().signal;
const event: DeviceEvent = {
  kind: "occurrence",
  deviceId: "device",
  name: "it",
  details: {},
  occurredAtMs: 0,
  monotonicMs: 0,
  clockConfidence: "plausible",
};

function somePeer(): Peer & { hangUp(): void } {
  const gone = new AbortController();
  const hangUp = (): void => gone.abort(new Error("hung up"));
  return { address: "127.0.0.1:1", gone: gone.signal, send() {}, drop: hangUp, hangUp };
}

describe("committing once", () => {
  it("lets a repetition share the fate of what is being written", async () => {
    const deps = fakeDeps();
    const commits = new CommitOnce(deps, never);
    const release = deps.holdCommits();
    const prepared: number[] = [];
    const both = [1, 2].map((time) =>
      commits.commit("key", () => {
        prepared.push(time);
        return { events: [event] };
      }),
    );
    release();
    expect(await Promise.all(both)).toEqual(["committed", "committed"]);
    expect(prepared).toEqual([1]);
    expect(deps.events).toHaveLength(1);
    expect(await commits.commit("key", () => ({ events: [event] }))).toBe("known");
    expect(deps.events).toHaveLength(1);
  });

  it("says that the disk took nothing, and takes the repetition for new", async () => {
    const deps = fakeDeps();
    const commits = new CommitOnce(deps, never);
    deps.isDiskBroken = true;
    expect(await commits.commit("key", () => ({ events: [event] }))).toBe("failed");
    deps.isDiskBroken = false;
    expect(await commits.commit("key", () => ({ events: [event] }))).toBe("committed");
  });

  it("writes rows without events by themselves, and nothing for nothing", async () => {
    const deps = fakeDeps();
    const commits = new CommitOnce(deps, never);
    expect(await commits.commit("rows", () => ({ events: [], rows: { a: "1" } }))).toBe("committed");
    expect(deps.memory.rows.get("a")).toBe("1");
    deps.isDiskBroken = true;
    expect(await commits.commit("rows", () => ({ events: [], rows: { a: "2" } }))).toBe("failed");
    expect(await commits.commit("nothing", () => ({ events: [] }))).toBe("committed");
    expect(deps.commits).toEqual([]);
  });

  it("gathers at most 64 behind a disk that hangs", async () => {
    const deps = fakeDeps();
    const commits = new CommitOnce(deps, never);
    const release = deps.holdCommits();
    const waiting = Array.from({ length: 64 }, (_, index) => commits.commit(`${index}`, () => ({ events: [event] })));
    expect(await commits.commit("one more", () => ({ events: [event] }))).toBe("busy");
    expect(deps.events).toHaveLength(64);
    release();
    await Promise.all(waiting);
    expect(await commits.commit("one more", () => ({ events: [event] }))).toBe("committed");
  });
});

const onPeer = () => () => undefined;

describe("stations behind one listener", () => {
  it("serve it while at least one is there, and have a number each", async () => {
    const settings = { id: "port", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0 } as const;
    await using link = openLink({ ...settings, maxPeers: 8, idleMs: 60_000 }, { clock: systemClock, log: silentLog });
    if (link.kind !== "listener") throw new Error("a listener was asked for");
    const stations = new Stations<object>();
    const [one, two] = [{}, {}];
    const first = stations.join(link, { number: "1", station: one }, onPeer);
    const second = stations.join(link, { number: "2", station: two }, onPeer);
    expect(stations.join(link, { number: "2", station: {} }, onPeer)).toBe("taken");
    expect(stations.find("2")).toBe(two);
    expect(() => link.serve(onPeer)).toThrow(expect.objectContaining({ code: "link/taken" }));
    if (first === "taken" || second === "taken") throw new Error("the numbers are free");
    first[Symbol.dispose]();
    expect(stations.find("1")).toBeUndefined();
    expect(() => link.serve(onPeer)).toThrow(expect.objectContaining({ code: "link/taken" }));
    second[Symbol.dispose]();
    link.serve(onPeer)[Symbol.dispose]();
    const again = stations.join(link, { number: "2", station: one }, onPeer);
    second[Symbol.dispose]();
    expect(stations.find("2")).toBe(one);
    if (again !== "taken") again[Symbol.dispose]();
  });

  it("are told from strangers, who are counted and do not fill the log", () => {
    const lines: object[] = [];
    const log = { ...silentLog, warn: (_: string, fields?: object) => lines.push(fields ?? {}) };
    const strangers = new Strangers("a stranger");
    for (let time = 0; time < 1_000; time += 1) strangers.note("X", { bytes: 10, from: "there" }, log);
    expect(lines).toEqual([1, 10, 100, 1_000].map((times) => ({ who: "X", from: "there", times })));
    expect(strangers).toMatchObject({ messages: 1_000, bytes: 10_000 });
    for (let name = 0; name < 1_000; name += 1) strangers.note(`${name}`, { bytes: 1, from: "there" }, log);
    strangers.note("X", { bytes: 1, from: "there" }, log);
    expect(lines.at(-1)).toEqual({ who: "X", from: "there", times: 1 });
  });
});

function presenceBench(hangUpGraceMs: number | undefined) {
  const clock = new ManualClock();
  const deps = fakeDeps({ clock });
  const board = new PointBoard(
    "device",
    [
      { id: "a", unit: "" },
      { id: "b", unit: "" },
    ],
    deps,
  );
  const link: { status: LinkStatus } = { status: { kind: "up" } };
  const presence = new Presence(board, { supervisionMs: 60_000, hangUpGraceMs, clock, link });
  const stop = new AbortController();
  const running = presence.run(stop.signal).catch(() => undefined);
  return {
    clock,
    deps,
    board,
    link,
    presence,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

describe("presence", () => {
  it("ends with silence, and comes back with a word", async () => {
    await using all = presenceBench(undefined);
    const peer = somePeer();
    all.presence.heard(peer);
    expect(all.deps.lastStatus()?.state).toBe("online");
    await all.clock.advance(59_000);
    peer.hangUp();
    expect(all.presence.peer).toBeUndefined();
    expect(all.deps.lastStatus()?.state).toBe("online");
    await all.clock.advance(3_000);
    expect(all.deps.lastStatus()).toMatchObject({ state: "offline", reason: "timeout: nothing was heard for 60 s" });
    expect(all.deps.last("b")?.reading).toMatchObject({ quality: "bad", reason: "timeout" });
    all.presence.heard(somePeer());
    expect(all.deps.lastStatus()?.state).toBe("online");
  });

  it("is missed where a station never calls", async () => {
    await using all = presenceBench(1_000);
    await all.clock.advance(61_000);
    expect(all.deps.lastStatus()).toMatchObject({ state: "offline" });
  });

  it("ends some time after the station has hung up, unless it calls again", async () => {
    await using all = presenceBench(10_000);
    const [first, second] = [somePeer(), somePeer()];
    all.presence.heard(first);
    first.hangUp();
    await all.clock.advance(8_000);
    all.presence.heard(second);
    await all.clock.advance(20_000);
    expect(all.deps.lastStatus()?.state).toBe("online");
    second.hangUp();
    await all.clock.advance(13_000);
    expect(all.deps.lastStatus()).toMatchObject({ state: "offline", reason: expect.stringContaining("hung up") });
    expect(all.deps.last("a")?.reading).toMatchObject({ quality: "bad", reason: "link-down" });
  });

  it("ends where nobody can call any more", async () => {
    await using all = presenceBench(10_000);
    all.presence.heard(somePeer());
    all.link.status = { kind: "down", reason: "the port is taken" };
    await all.clock.advance(2_000);
    expect(all.deps.lastStatus()).toMatchObject({ state: "offline", reason: "link-down: the port is taken" });
  });

  it("makes a point bad that the station does not mention any more", async () => {
    await using all = presenceBench(10_000);
    const peer = somePeer();
    for (let minute = 0; minute < 3; minute += 1) {
      all.presence.heard(peer);
      all.board.good("a", 1);
      all.presence.mentioned("a");
      if (minute === 0) {
        all.board.good("b", 1);
        all.presence.mentioned("b");
      }
      await all.clock.advance(40_000);
    }
    expect(all.deps.last("b")?.reading).toMatchObject({ quality: "bad", reason: "timeout" });
    expect(all.deps.last("a")?.reading).toMatchObject({ quality: "good" });
    expect(all.deps.lastStatus()?.state).toBe("online");
  });
});

describe("small things", () => {
  it("foreign details are cut to what a record may hold", () => {
    const many = Array.from({ length: 500 }, (_, index) => [`name${index}`, index] as const);
    const details = boundedDetails({ cn: 2061 }, many);
    expect(Object.keys(details)).toHaveLength(401);
    expect(details).toMatchObject({ cn: 2061, isCut: true, name0: 0 });
    const long = boundedDetails(
      {},
      Array.from({ length: 60 }, (_, index) => [`${index}`, "x".repeat(999)] as const),
    );
    expect(JSON.stringify(long).length).toBeLessThan(16_000);
    expect(
      boundedDetails({ cn: 1 }, [
        ["cn", 2],
        ["n".repeat(65), 3],
        ["__proto__", 4],
      ]),
    ).toEqual(
      Object.fromEntries([
        ["cn", 1],
        ["__proto__", 4],
      ]),
    );
  });

  it("a device without writable points refuses writes in the words of the contract", () => {
    const points = new Set(["level"]);
    const write = { kind: "write", value: 1, actor: "test" } as const;
    expect(refuseWrite({ ...write, pointId: "level" }, points)).toMatchObject({ reason: "not-writable" });
    expect(refuseWrite({ ...write, pointId: "other" }, points)).toMatchObject({ reason: "unknown-point" });
    const operate = { kind: "operate", selectionId: "1", actor: "test" } as const;
    expect(refuseWrite(operate, points)).toMatchObject({ reason: "no-such-selection" });
  });

  it("a failure in the background is the device's", async () => {
    const tasks = new Tasks();
    const running = tasks.run(never);
    tasks.begin(Promise.reject(new Error("a bug")));
    await expect(running).rejects.toThrow("a bug");
    const stop = new AbortController();
    const stopped = new Tasks().run(stop.signal);
    stop.abort();
    await expect(stopped).resolves.toBeUndefined();
  });
});
