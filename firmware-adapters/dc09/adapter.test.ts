import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { describe, expect, it } from "vitest";

import type { OpenDevice } from "../adapter.ts";
import { describeAdapter, type Rig } from "../conformance.ts";
import type { ListenerLink } from "../links/link.ts";
import type { ListenerSettings } from "../links/listening.ts";
import { openPort, portOf } from "../links/testing/callers.ts";
import { callingRig } from "../receiving/testing/calling-rig.ts";
import { eventually, fakeDeps, type FakeDeps } from "../testing/fake-deps.ts";
import { dc09 } from "./adapter.ts";
import { encodeFrame } from "./codec/encode.ts";
import { frameOf, stampOf } from "./testing/independent.ts";
import { tcpPanel, udpPanel, type TestPanel } from "./testing/panel.ts";
import { sealed } from "./testing/test-account.ts";

const KEY = Buffer.from("000102030405060708090a0b0c0d0e0f", "hex");

function rig(transport: "tcp" | "udp", isEncrypted: boolean): Promise<Rig> {
  const key = isEncrypted ? { key: { hex: KEY.toString("hex") } } : {};
  const settings = { account: "1234", supervisionMs: 1_000, marginMs: 500, ...key };
  return callingRig({
    transport,
    settings,
    badSettings: { settings: { ...settings, supervisionMs: 5 }, path: "supervisionMs" },
    pointId: "tamper",
    value: 0,
    message: () => {
      const stamp = stampOf(systemClock.now().wallMs);
      return frameOf(isEncrypted ? sealed("0000", KEY, `|]${stamp}`, "NULL") : `"NULL"0000L0#1234[]${stamp}`);
    },
  });
}

describeAdapter("SIA DC-09 over TCP", dc09, () => rig("tcp", false));
describeAdapter("SIA DC-09 over UDP", dc09, () => rig("udp", false));
describeAdapter("SIA DC-09 over TCP, encrypted", dc09, () => rig("tcp", true));

/** A listening port with accounts on it. */
class Site implements AsyncDisposable {
  readonly link: ListenerLink;
  readonly #stack = new AsyncDisposableStack();

  constructor(settings: Partial<ListenerSettings> = {}) {
    this.link = this.#stack.use(openPort(settings));
  }

  async account(account: string, more: object = {}): Promise<{ readonly device: OpenDevice; readonly deps: FakeDeps }> {
    const deps = fakeDeps({ link: this.link });
    const configured = dc09.configure(`home-${account.toLowerCase()}`, { account, ...more });
    const device = this.#stack.use(await configured.open(deps, AbortSignal.timeout(5_000)));
    return { device, deps };
  }

  async call(): Promise<TestPanel> {
    const port = await portOf(this.link);
    return this.#stack.use(await (this.link.settings.transport === "tcp" ? tcpPanel(port) : udpPanel(port)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

const press = (account: string, sequence = "0001"): string =>
  `"SIA-DCS"${sequence}R0L0#${account}[#${account}|Nri1/QA01]${stampOf(systemClock.now().wallMs)}`;
const never = new AbortController().signal;

describe.each(["tcp", "udp"] as const)("a receiver over %s", (transport) => {
  it("gives each account what is its own, and answers each caller", async () => {
    await using site = new Site({ transport });
    const one = await site.account("AAA1");
    const two = await site.account("aaa2");
    const [first, second] = [await site.call(), await site.call()];
    expect(await first.ask(press("AAA1"))).toBe('"ACK"0001R0L0#AAA1[]');
    expect(await second.ask(press("AAA2"))).toBe('"ACK"0001R0L0#AAA2[]');
    expect(await first.ask('"ADM-CID"0002L1#aaa2[#aaa2|1602 00 000]')).toBe('"ACK"0002R0L1#aaa2[]');
    expect(one.deps.commits.flatMap(({ events }) => events).map(({ deviceId }) => deviceId)).toEqual(
      Array.from({ length: 2 }, () => "home-aaa1"),
    );
    expect(two.deps.commits).toHaveLength(2);
    expect(one.deps.last("emergency")?.reading).toEqual({ quality: "good", value: 1 });
  });

  it("answers two panels of one account each on its own way, and keeps what both say once", async () => {
    await using site = new Site({ transport });
    const { deps } = await site.account("1234");
    const [first, second] = [await site.call(), await site.call()];
    const same = press("1234");
    expect(await first.ask(same)).toContain("ACK");
    expect(await second.ask(same)).toContain("ACK");
    expect(await second.ask('"SIA-DCS"0001R0L0#1234[#1234|Nri1/FA02]')).toContain("ACK");
    expect(deps.commits).toHaveLength(2);
    expect([first.answers.length, second.answers.length]).toEqual([1, 2]);
  });

  it("is silent towards unknown accounts, wrong CRCs and answers, and goes on", async () => {
    await using site = new Site({ transport });
    const { deps } = await site.account("1234");
    const panel = await site.call();
    panel.say(press("9999"));
    panel.send(Buffer.from(`\n00000010"NULL"0000L0#1[]\r`));
    panel.say('"ACK"0001R0L0#1234[]');
    panel.say('"DUH"0001R0L0#1234[]');
    panel.say("not a message at all");
    expect(await panel.ask(press("1234"))).toBe('"ACK"0001R0L0#1234[]');
    expect(panel.answers).toHaveLength(1);
    expect(deps.commits).toHaveLength(1);
  });

  it("tells unknown accounts that they are, where an account's settings say so", async () => {
    await using site = new Site({ transport });
    await site.account("1234", { unknownAccounts: "duh" });
    expect(await (await site.call()).ask(press("9999"))).toBe('"DUH"0001R0L0#9999[]');
  });

  it("takes CRCs of two bytes only where the account's settings say so, and answers the same way", async () => {
    await using site = new Site({ transport });
    await site.account("1234");
    await site.account("5678", { acceptsBinaryCrc: true });
    const panel = await site.call();
    panel.send(encodeFrame('"NULL"0000L0#1234[]', "binary"));
    expect(await panel.ask('"NULL"0000L0#1234[]')).toBe('"ACK"0000R0L0#1234[]');
    expect(panel.answers).toHaveLength(1);
  });
});

describe("the accounts of a port", () => {
  it("are each there once", async () => {
    await using site = new Site();
    const first = await site.account("AAA1");
    await expect(site.account("aaa1")).rejects.toMatchObject({ code: "dc09/account-taken" });
    await first.device[Symbol.asyncDispose]();
    const again = await site.account("aaa1");
    expect(await (await site.call()).ask(press("AAA1"))).toContain("ACK");
    expect(again.deps.commits).toHaveLength(1);
  });

  it("leave the others served when one goes, and let go of the port with the last", async () => {
    await using site = new Site();
    const one = await site.account("1111");
    const two = await site.account("2222");
    const panel = await site.call();
    await one.device[Symbol.asyncDispose]();
    panel.say(press("1111"));
    expect(await panel.ask(press("2222"))).toContain("2222");
    expect(panel.answers).toHaveLength(1);
    await two.device[Symbol.asyncDispose]();
    await eventually("the hang-up", () => !panel.isConnected);
    const serving = site.link.serve(() => () => undefined);
    await expect(site.account("1111")).rejects.toMatchObject({ code: "link/taken" });
    serving[Symbol.dispose]();
  });
});

describe("a message over a socket", () => {
  it("is acknowledged after the commit and not before, over whatever connection it comes again", async () => {
    await using site = new Site();
    const { deps } = await site.account("1234");
    const release = deps.holdCommits();
    const [first, second] = [await site.call(), await site.call()];
    const body = press("1234");
    first.say(body);
    second.say(body);
    await eventually("the alarm", () => {
      const reading = deps.last("emergency")?.reading;
      return reading?.quality === "good" && reading.value === 1;
    });
    await systemClock.sleep(100);
    expect([first.answers, second.answers]).toEqual([[], []]);
    await first[Symbol.asyncDispose]();
    release();
    await eventually("the answer", () => second.answers[0]);
    expect(deps.commits).toHaveLength(1);
  });

  it("is one record when the gateway is started anew before the panel has heard", async () => {
    const port = await freePort();
    const body = '"SIA-DCS"0042L0#1234[#1234|Nri1/QA01]';
    let before: FakeDeps;
    {
      await using site = new Site({ port });
      const { deps } = await site.account("1234");
      before = deps;
      await (await site.call()).ask(body);
    }
    await using link = openPort({ port });
    const deps = before.restarted(link);
    await using device = await dc09.configure("home", { account: "1234" }).open(deps, never);
    await using panel = await tcpPanel(await portOf(link));
    expect(await panel.ask(body)).toBe('"ACK"0042R0L0#1234[]');
    expect(deps.commits).toHaveLength(0);
    expect(device.ended).toBeInstanceOf(Promise);
  });
});

describe("commands to a panel", () => {
  it("are refused, but for forgetting what was never taken back", async () => {
    await using site = new Site();
    const { device, deps } = await site.account("1234", { zones: [{ zone: 1, id: "hall" }] });
    const panel = await site.call();
    await panel.ask('"SIA-DCS"0001L0#1234[#1234|Nri1/BA01]');
    expect(deps.last("zone.hall")?.reading).toEqual({ quality: "good", value: 1 });
    const ask = (command: Parameters<OpenDevice["execute"]>[0]) => device.execute(command, never);
    const actor = "wang";
    expect(await ask({ kind: "write", pointId: "tamper", value: 0, actor })).toMatchObject({ reason: "not-writable" });
    expect(await ask({ kind: "select", pointId: "nothing", value: 0, actor })).toMatchObject({
      reason: "unknown-point",
    });
    expect(await ask({ kind: "operate", selectionId: "1", actor })).toMatchObject({ reason: "no-such-selection" });
    const forget = { kind: "call", methodId: "forget", actor } as const;
    expect(await ask({ ...forget, arguments: { all: true } })).toMatchObject({ reason: "bad-arguments" });
    deps.isDiskBroken = true;
    expect(await ask({ ...forget, arguments: {} })).toMatchObject({ kind: "refused", reason: "not-committed" });
    deps.isDiskBroken = false;
    expect(await ask({ ...forget, arguments: {} })).toMatchObject({ kind: "done" });
    expect(deps.last("zone.hall")?.reading).toEqual({ quality: "good", value: 0 });
  });
});

describe("settings", () => {
  it.each<[string, object]>([
    ["account", { account: "12-34" }],
    ["account", { account: "" }],
    ["key", { account: "1", key: { hex: "00" } }],
    ["key", { account: "1", key: { text: "fifteen letters" } }],
    [
      "zones[1].zone",
      {
        account: "1",
        zones: [
          { zone: 1, id: "a" },
          { zone: 1, id: "b" },
        ],
      },
    ],
    [
      "zones[1].id",
      {
        account: "1",
        zones: [
          { zone: 1, id: "a" },
          { zone: 2, id: "a" },
        ],
      },
    ],
    ["zones[0].id", { account: "1", zones: [{ zone: 1, id: "Bed room" }] }],
    ["supervisionMs", { account: "1", supervisionMs: 86_400_001 }],
  ])("are refused by the name of %s", (path, settings) => {
    expect(() => dc09.configure("home", settings)).toThrow(path);
    expect(() => dc09.configure("home", settings)).toThrow(expect.objectContaining({ code: "dc09/bad-settings" }));
  });

  it("need no more than the account, and name every point in two languages", () => {
    const { points, profile } = dc09.configure("home", { account: "1234", zones: [{ zone: 3, id: "bedroom" }] });
    expect(profile).toBe("SIA DC-09");
    expect(points.map(({ id }) => id)).toContain("zone.bedroom");
    for (const { id, name } of points) {
      expect(id).toMatch(/^[a-z][a-zA-Z0-9]*(\.[a-z0-9][a-zA-Z0-9]*)*$/);
      expect(name.zh !== "" && name.en !== "").toBe(true);
    }
  });
});
