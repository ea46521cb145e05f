import { once } from "node:events";
import { connect } from "node:net";

import { describe, expect, it } from "vitest";

import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { encodeRead } from "../codec.ts";

const MAIN = new URL("main.ts", import.meta.url);
const BUS = ["--serial-server", "127.0.0.1:0"];
const STEADY = [...BUS, "--control", "127.0.0.1:0", "--steady", "--with-parent"];

describeCommandLine(MAIN, {
  starts: BUS,
  helps: "--meter ADDRESS",
  refuses: [
    ["nothing to speak on", [], "one of --serial-server and --serial is needed; see --help"],
    ["a short address", [...BUS, "--meter", "1"], '--meter: twelve digits, not "1"'],
    ["two phases", [...BUS, "--phases", "2"], '--phases: 1 or 3, not "2"'],
    ["too much power", [...BUS, "--kw", "80"], "--kw: a number of -79 to 79"],
  ],
});

/** A reply in which the one meter shows this. */
const meter = (shown: object) => ({ body: { meters: [expect.objectContaining(shown)] } });

describe("the simulator's process", () => {
  it("serves the ports that it names", async () => {
    await using running = new RunningSimulator(MAIN, STEADY);
    const ready = await running.ready();
    expect(ready).toEqual({ ready: true, serialServer: expect.any(Number), control: expect.any(Number) });
    const socket = connect(Number(ready["serialServer"]), "127.0.0.1");
    socket.write(encodeRead("000000000001", "02010100"));
    const [answer] = await once(socket, "data");
    expect(answer.toString("hex")).toBe("fefefefe68010000000000689106333434353355c016");
    socket.destroy();
    expect(await running.end()).toBe(0);
  });

  it("obeys its levers", async () => {
    await using running = new RunningSimulator(MAIN, STEADY);
    expect(await running.pull("load", { kw: 12 })).toMatchObject(meter({ powerKw: 12 }));
    expect(await running.pull("replace", { energyKwh: 5 })).toMatchObject(meter({ energyKwh: expect.closeTo(5, 1) }));
    expect(await running.pull("mute", {})).toMatchObject(meter({ isMute: true }));
    expect(await running.pull("misbehave", { kind: "silence", requests: 3 })).toMatchObject({
      body: { misbehavioursLeft: 3 },
    });
    expect(await running.pull("behave", {})).toMatchObject({ body: { misbehavioursLeft: 0 } });
    expect(await running.pull("load", { address: "000000000009", kw: 1 })).toMatchObject({ status: 400 });
    expect(await running.endWithParent()).toBe(0);
  });
});
