import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { describe, expect, it } from "vitest";

import type { OpenDevice } from "../../adapter.ts";
import type { ListenerLink } from "../../links/link.ts";
import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { dc09 } from "../adapter.ts";
import { frameOf } from "../testing/independent.ts";
import { tcpPanel, type TestPanel } from "../testing/panel.ts";
import { Dc09Receiver } from "./receiver.ts";
import { Tally } from "./tally.ts";

/** A receiver with account 1234 on a real port, whose own clock moves only when told to. */
interface Bench extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly receiver: Dc09Receiver;
  readonly link: ListenerLink;
  call(): Promise<TestPanel>;
}

async function startBench(maxPeers = 16): Promise<Bench> {
  const stack = new AsyncDisposableStack();
  const clock = new ManualClock();
  const link = stack.use(
    openLink(
      { id: "port", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0, maxPeers, idleMs: 60_000 },
      { clock: systemClock, log: silentLog },
    ),
  );
  const device: OpenDevice = await dc09
    .configure("home", { account: "1234", supervisionMs: 3_600_000 })
    .open(fakeDeps({ clock, link }), AbortSignal.timeout(5_000));
  stack.use(device);
  const port = await eventually("the port", () => link.port);
  return {
    clock,
    link,
    receiver: link.shared(Dc09Receiver),
    call: async () => stack.use(await tcpPanel(port)),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const NULL = '"NULL"0000L0#1234[]';

describe("who holds a place at the receiver", () => {
  it("must say something for one of its accounts in time, and then may be silent", async () => {
    await using bench = await startBench();
    const [panel, stranger, mute] = [await bench.call(), await bench.call(), await bench.call()];
    await panel.ask(NULL);
    stranger.say('"NULL"0000L0#9999[]');
    await eventually("the stranger", () => bench.receiver.refusals("unknown-account") === 1);
    await eventually("all calls", () => bench.receiver.callers === 3);
    await bench.clock.advance(29_000);
    expect([stranger.isConnected, mute.isConnected]).toEqual([true, true]);
    await bench.clock.advance(2_000);
    await eventually("the hang-ups", () => !stranger.isConnected && !mute.isConnected);
    expect(bench.receiver.refusals("stranger")).toBe(2);
    await bench.clock.advance(600_000);
    expect(await panel.ask(NULL)).toContain("ACK");
    expect(bench.receiver.callers).toBe(1);
  });

  it("must end what it begins in time, however slowly it goes on with it", async () => {
    await using bench = await startBench();
    const loris = await bench.call();
    await loris.ask(NULL);
    loris.send(Buffer.from('\n00000FFF"NULL"0000L0#1234['));
    for (let second = 0; second < 9; second += 1) {
      loris.send(Buffer.from("x"));
      await systemClock.sleep(10);
      await bench.clock.advance(1_000);
    }
    expect(loris.isConnected).toBe(true);
    loris.send(Buffer.from("x"));
    await bench.clock.advance(3_000);
    await eventually("the hang-up", () => !loris.isConnected);
    expect(bench.receiver.refusals("half-a-message")).toBe(1);
  });

  it("may take its time over many messages, each of which it ends", async () => {
    await using bench = await startBench();
    const slow = await bench.call();
    for (let message = 0; message < 5; message += 1) {
      const bytes = frameOf(NULL);
      slow.send(bytes.subarray(0, 10));
      await systemClock.sleep(20);
      await bench.clock.advance(6_000);
      slow.send(bytes.subarray(10));
      await eventually("the answer", () => slow.answers.length === message + 1);
    }
    expect(slow.isConnected).toBe(true);
  });

  it("gives it up to others when there are too many, whoever has been silent longest", async () => {
    await using bench = await startBench(2);
    const lorises = [await bench.call(), await bench.call(), await bench.call(), await bench.call()];
    const panel = await bench.call();
    expect(await panel.ask(NULL)).toContain("ACK");
    await eventually("the hang-ups", () => lorises.filter(({ isConnected }) => isConnected).length === 1);
    expect(bench.receiver.callers).toBe(2);
  });
});

describe("what is not taken", () => {
  it("is counted, and logged once a minute at most", async () => {
    const clock = new ManualClock();
    const lines: object[] = [];
    const log = { ...silentLog, warn: (_: string, fields: object = {}) => lines.push(fields) };
    const tally = new Tally<"bad-crc" | "stranger">({ clock, log });
    for (let index = 0; index < 1_000; index += 1) tally.count("bad-crc", { from: "x" });
    tally.count("stranger", {});
    await clock.advance(60_000);
    tally.count("bad-crc", {});
    expect(lines).toEqual([
      { reason: "bad-crc", from: "x", times: 1 },
      { reason: "stranger", times: 1 },
      { reason: "bad-crc", times: 1_000 },
    ]);
    expect(tally.of("bad-crc")).toBe(1_001);
  });

  it("is told apart: CRC, length, nobody named, answers", async () => {
    await using bench = await startBench();
    const panel = await bench.call();
    panel.send(Buffer.from('\n00000010"NULL"0000L0#1[]\r\n00000011"NULL"0000L0#1[]\r'));
    panel.say('"hello"');
    panel.say('"NAK"0000R0L0#1234[]_13:00:00,11-25-2026');
    await panel.ask(NULL);
    const reasons = ["bad-crc", "bad-length", "no-header", "answer"] as const;
    expect(reasons.map((reason) => bench.receiver.refusals(reason))).toEqual([1, 1, 1, 1]);
    expect(panel.answers).toHaveLength(1);
  });
});
