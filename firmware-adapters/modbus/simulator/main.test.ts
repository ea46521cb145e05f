import { expect, it } from "vitest";

import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { Master } from "./testing/master.ts";

const MAIN = new URL("main.ts", import.meta.url);
const TCP = ["--tcp", "127.0.0.1:0"];

describeCommandLine(MAIN, {
  starts: TCP,
  helps: "--rtu-serial PATH",
  refuses: [
    ["nothing to speak on", [], "one of --tcp, --rtu-tcp and --rtu-serial is needed; see --help"],
    ["no port", ["--tcp", "127.0.0.1"], '--tcp: HOST:PORT with a port of 0 to 65535, not "127.0.0.1"'],
    ["a port too high", ["--tcp", "127.0.0.1:65536"], "--tcp: HOST:PORT"],
    ["a unit too high", [...TCP, "--unit", "248"], '--unit: a whole number of 1 to 247, not "248"'],
    ["half a unit", [...TCP, "--unit", "1.5"], "--unit: a whole number"],
    ["no speed at all", [...TCP, "--speed", ""], "--speed: a number of 0.1 to 1000"],
    ["a strange baud rate", ["--rtu-serial", "x", "--baud", "9601"], "--baud: one of 1200"],
  ],
});

it("serves the ports that it names", async () => {
  await using running = new RunningSimulator(MAIN, [...TCP, "--rtu-tcp", "[::1]:0", "--control", "localhost:0"]);
  expect(await running.ready()).toEqual({
    ready: true,
    tcp: expect.any(Number),
    rtuTcp: expect.any(Number),
    control: expect.any(Number),
  });
  using master = await Master.connect(await running.port("tcp"));
  master.send(Buffer.from("000100000006010200020001", "hex"));
  expect(await master.receive(10)).toBe("00010000000401020101");
  expect(await running.end()).toBe(0);
});

it("says in one line that a serial port is not there, with status 1", async () => {
  await using running = new RunningSimulator(MAIN, ["--rtu-serial", "/dev/outpost-no-such-port"]);
  expect(await running.ended).toBe(1);
  expect(running.stderr).toMatch(/^simulator: cannot open [^\n]+\n$/);
});
