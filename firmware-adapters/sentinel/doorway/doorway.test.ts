import { once } from "node:events";
import { createServer } from "node:http";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import { LIST, LISTED, openDoorway, startTerminal } from "../testing/bench-doorway.ts";

const relay = { kind: "lcus-relay", link: "gate", hasFeedback: true, openMs: 200 };
const thermometer = { link: "thermometer", form: "ascii" };
const never = new AbortController().signal;
const open = { kind: "write", pointId: "gate", value: 1, actor: "ann" } as const;

describe("a doorway", () => {
  it("lets in who holds a code of the list, for a time", async () => {
    await using door = await openDoorway({ settings: { gate: relay } });
    door.simulator.terminal.scan(LISTED);
    expect(await door.occurred("admitted")).toMatchObject({ by: "list", isUnverified: false });
    await eventually("closed again", () => door.history("gate").length === 3);
    expect(door.history("gate")).toEqual([0, 1, 0]);
    expect(door.simulator.terminal.openings).toBe(1);
    expect(door.good("gateFailed")).toBe(0);
  });

  it("lets in who holds a signed code, once", async () => {
    await using issuer = await startTerminal();
    const { terminal } = issuer;
    await using signed = await openDoorway({
      settings: { verifiers: [{ kind: "signed", publicKeys: [terminal.publicKey], isSingleUse: true }], repeatMs: 0 },
    });
    const code = terminal.issue({ validS: 60 });
    signed.simulator.terminal.scan(code);
    expect(await signed.occurred("admitted")).toMatchObject({ by: "signed" });
    signed.simulator.terminal.scan(code);
    expect(await signed.occurred("refused")).toMatchObject({ reason: "used-already" });
    signed.simulator.terminal.scan(terminal.issue({ validS: -1 }));
    await eventually("expired", () => signed.occurrences("refused")[1]?.["reason"] === "expired");
    expect(JSON.stringify(signed.deps.events)).not.toContain(code.slice(4, 20));
  });

  it("refuses who does not, for a moment to be seen, and keeps no code", async () => {
    await using door = await openDoorway();
    door.simulator.terminal.scan("310228199001011234");
    const { reason, code } = await door.occurred("refused");
    expect(reason).toBe("unknown-code");
    expect(code).toMatch(/^[0-9a-f]{8}$/);
    await eventually("the moment's end", () => door.history("refused").length === 3);
    expect(door.history("refused")).toEqual([0, 1, 0]);
    expect(JSON.stringify([door.deps.events, [...door.deps.memory.rows]])).not.toContain("3102281990");
  });

  it("takes a code that is read again and again for one scan", async () => {
    await using door = await openDoorway();
    for (let reading = 0; reading < 5; reading += 1) {
      door.simulator.terminal.scan(LISTED);
      await systemClock.sleep(60);
    }
    await systemClock.sleep(300);
    expect(door.occurrences("admitted")).toHaveLength(1);
  });

  it("reads codes without a line end, and between prefix and suffix", async () => {
    await using door = await openDoorway({ settings: { scanner: { prefixHex: "02", suffixHex: "03" } } });
    door.simulator.terminal.scan(`\x02${LISTED}\x03`, "");
    expect(await door.occurred("admitted")).toMatchObject({ by: "list" });
  });

  it("does not take a late reply of the scanner for the beginning of a code", async () => {
    const scanner = { idleFlushMs: 0, heartbeat: { everyMs: 60_000, timeoutMs: 100 } };
    await using door = await openDoorway({
      settings: { scanner },
      terminal: { replyAfterMs: 300 },
      isOnlineLater: true,
    });
    const { terminal } = door.simulator;
    await eventually("a question", () => terminal.scannerQuestions === 1);
    await systemClock.sleep(500);
    terminal.scan(LISTED);
    expect(await door.occurred("admitted")).toMatchObject({ by: "list" });
    expect(door.occurrences("refused")).toEqual([]);
  });

  it("does not wait for a code's end where codes have line ends", async () => {
    await using door = await openDoorway({ settings: { scanner: { idleFlushMs: 0 } } });
    door.simulator.terminal.scan(LISTED.slice(0, 4), "");
    await systemClock.sleep(500);
    door.simulator.terminal.scan(LISTED.slice(4));
    expect(await door.occurred("admitted")).toMatchObject({ by: "list" });
    expect(door.occurrences("refused")).toEqual([]);
  });
});

describe("a doorway that measures", () => {
  const settings = { thermometer, wantsTemperature: true, measureWithinMs: 15_000 };

  it("lets in who was measured after the code", async () => {
    await using door = await openDoorway({ settings });
    const { terminal } = door.simulator;
    terminal.scan(LISTED);
    await systemClock.sleep(300);
    expect(door.occurrences("admitted")).toEqual([]);
    terminal.wires.thermometer.say(Buffer.from("\r\nT=36.4\r\n"));
    expect(await door.occurred("admitted")).toMatchObject({ temperatureC: 36.4 });
    expect(door.good("temperature")).toBe(36.4);
  });

  it("asks a thermometer that waits to be asked", async () => {
    await using door = await openDoorway({
      settings: { ...settings, thermometer: { link: "thermometer", form: "gy-mcu90614", requestHex: "a515ba" } },
      terminal: { form: "gy-mcu90614", measureEveryMs: 0 },
    });
    door.simulator.terminal.celsius = 36.61;
    await systemClock.sleep(200);
    expect(door.history("temperature")).toEqual([]);
    door.simulator.terminal.scan(LISTED);
    expect(await door.occurred("admitted")).toMatchObject({ temperatureC: 36.61 });
  });

  it("refuses who has a fever, and says so", async () => {
    await using door = await openDoorway({ settings: { ...settings, gate: relay }, terminal: { measureEveryMs: 100 } });
    door.simulator.terminal.celsius = 38.4;
    door.simulator.terminal.scan(LISTED);
    expect(await door.occurred("refused")).toMatchObject({ reason: "fever" });
    expect(await door.occurred("fever")).toMatchObject({ temperatureC: 38.4 });
    expect(door.history("fever")).toContain(1);
    expect(door.simulator.terminal.openings).toBe(0);
    expect(door.occurrences("fever")).toHaveLength(1);
  });

  it("refuses who is not measured in time, and shows no old temperature", async () => {
    await using door = await openDoorway({
      settings: { ...settings, measureWithinMs: 800, thermometer: { ...thermometer, freshMs: 300 } },
    });
    door.simulator.terminal.wires.thermometer.say(Buffer.from("\r\nT=36.4\r\n"));
    await eventually("the temperature", () => door.good("temperature") === 36.4);
    door.simulator.terminal.scan(LISTED);
    expect(await door.occurred("refused")).toMatchObject({ reason: "not-measured" });
    expect(door.bad("temperature")).toBe("not-available");
  });

  it("does not show what no thermometer measures", async () => {
    await using door = await openDoorway({ settings: { thermometer } });
    door.simulator.terminal.wires.thermometer.say(Buffer.from("\r\nT=362.5\r\n"));
    await eventually("the reading", () => door.bad("temperature") === "out-of-range");
    expect(door.history("temperature")).toEqual([]);
  });

  it("is at fault without its thermometer, and goes on reading codes", async () => {
    await using door = await openDoorway({ settings: { thermometer } });
    door.simulator.terminal.wires.thermometer.hangUp();
    await eventually("fault", () =>
      door.deps.events.some((event) => event.kind === "status" && event.state === "fault"),
    );
    expect(
      door.deps.events.some(
        (event) =>
          event.kind === "measurement" &&
          event.pointId === "temperature" &&
          event.reading.quality === "bad" &&
          event.reading.reason === "link-down",
      ),
    ).toBe(true);
    door.simulator.terminal.scan(LISTED);
    await door.occurred("admitted");
    await eventually("online", () => door.deps.lastStatus()?.state === "online");
  });
});

describe("a verifier that is down", () => {
  it("shows as a point until it is asked again with success", async () => {
    let answer = 500;
    const server = createServer((request, response) => {
      request.resume();
      request.on("end", () => response.writeHead(answer).end('{"admit":true}'));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const http = { kind: "http", url: `http://127.0.0.1:${port}/`, onFailure: "deny" };
    await using door = await openDoorway({ settings: { verifiers: [LIST, http] } });
    expect(door.good("verifierDown")).toBe(0);
    door.simulator.terminal.scan("visitor-1");
    expect(await door.occurred("refused")).toMatchObject({ reason: "verifier-down" });
    await eventually("down", () => door.good("verifierDown") === 1);
    answer = 200;
    door.simulator.terminal.scan("visitor-2");
    expect(await door.occurred("admitted")).toMatchObject({ by: "http" });
    await eventually("up", () => door.good("verifierDown") === 0);
    server.close();
  });
});

describe("a gate", () => {
  it("opens for somebody who asks from elsewhere", async () => {
    await using door = await openDoorway({ settings: { gate: relay } });
    expect(await door.device.execute(open, never)).toEqual({ kind: "done", before: null, after: 1 });
    expect(door.simulator.terminal.openings).toBe(1);
    await eventually("closed", () => !door.simulator.terminal.isOpen);
    expect(await door.device.execute({ ...open, value: 0 }, never)).toMatchObject({ reason: "out-of-limits" });
    expect(await door.device.execute({ ...open, pointId: "refused" }, never)).toMatchObject({ reason: "not-writable" });
  });

  it("stays open for the full time when it is opened again", async () => {
    await using door = await openDoorway({ settings: { gate: { ...relay, openMs: 2_000 } } });
    for (let times = 0; times < 4; times += 1) {
      await door.device.execute(open, never);
      await systemClock.sleep(100);
    }
    expect(door.simulator.terminal.openings).toBe(1);
    await eventually("closed", () => !door.simulator.terminal.isOpen);
  });

  it("that is jammed is seen to be so, and seen to work again", async () => {
    await using door = await openDoorway({ settings: { gate: relay } });
    await eventually("at rest", () => door.good("gateFailed") === 0);
    door.simulator.terminal.isJammed = true;
    door.simulator.terminal.scan(LISTED);
    expect((await door.occurred("gate-failed"))["detail"]).toContain("relay 1 shows off");
    await eventually("failed", () => door.good("gateFailed") === 1);
    expect(await door.device.execute(open, never)).toMatchObject({ kind: "unconfirmed" });
    door.simulator.terminal.isJammed = false;
    expect(await door.device.execute(open, never)).toMatchObject({ kind: "done" });
    await eventually("works", () => door.good("gateFailed") === 0);
  });

  it("that says nothing is not taken for open", async () => {
    await using door = await openDoorway({ settings: { gate: relay } });
    door.simulator.terminal.wires.gate.isMute = true;
    expect(await door.device.execute(open, never)).toMatchObject({
      kind: "unconfirmed",
      detail: expect.stringContaining("says nothing"),
    });
  });

  it("without feedback is not called open either", async () => {
    await using door = await openDoorway({ settings: { gate: { ...relay, hasFeedback: false } } });
    expect(await door.device.execute(open, never)).toMatchObject({ kind: "unconfirmed" });
    await eventually("closed", () => door.simulator.terminal.openings === 1 && !door.simulator.terminal.isOpen);
  });

  it("that was open when its line was lost is closed when the line is back", async () => {
    await using door = await openDoorway({ settings: { gate: { ...relay, openMs: 300 } } });
    await door.device.execute(open, never);
    expect(door.simulator.terminal.isOpen).toBe(true);
    door.simulator.terminal.wires.gate.hangUp();
    await eventually("closed", () => !door.simulator.terminal.isOpen);
  });

  it("is closed when the gateway stops in the middle of an opening", async () => {
    const door = await openDoorway({ settings: { gate: { ...relay, openMs: 20_000 } } });
    await door.device.execute(open, never);
    expect(door.simulator.terminal.isOpen).toBe(true);
    await door.device[Symbol.asyncDispose]();
    expect(door.simulator.terminal.isOpen).toBe(false);
    await door[Symbol.asyncDispose]();
  });

  it("found open by a gateway that died in the middle of an opening is put to rest", async () => {
    await using door = await openDoorway({
      settings: { gate: relay },
      before: ({ terminal }) => terminal.tellGate(Buffer.from("a00101a2", "hex")),
    });
    await eventually("closed", () => !door.simulator.terminal.isOpen);
    expect(door.simulator.terminal.openings).toBe(1);
  });

  it("on the scanner's own line is told to open and to close between codes", async () => {
    const gate = { kind: "scanner-line", openHex: "a00101a2", closeHex: "a00100a1", openMs: 200 };
    await using door = await openDoorway({ settings: { gate } });
    door.simulator.terminal.scan(LISTED);
    await door.occurred("admitted");
    await eventually(
      "opened and closed",
      () => door.simulator.terminal.openings === 1 && !door.simulator.terminal.isOpen,
    );
    // The gate has its bytes a moment before we know that they were sent.
    await eventually("told", () => door.history("gate").length > 2);
    expect(door.history("gate")).toEqual([0, 1, 0]);
    expect(await door.device.execute(open, never)).toMatchObject({ kind: "unconfirmed" });
  });

  it("whose line is down cannot be opened, and that is a refusal", async () => {
    await using door = await openDoorway({ settings: { gate: relay } });
    await door.simulator[Symbol.asyncDispose]();
    await eventually("offline", () => door.deps.lastStatus()?.state === "offline");
    expect(await door.device.execute(open, never)).toMatchObject({ kind: "refused", reason: "device-offline" });
  });
});
