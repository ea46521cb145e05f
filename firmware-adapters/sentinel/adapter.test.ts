import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { openLink } from "../links/open-link.ts";
import { serialWay } from "../links/testing/serial-way.ts";
import { eventually, fakeDeps } from "../testing/fake-deps.ts";
import { sentinel } from "./adapter.ts";
import type { Simulator } from "./simulator/simulator.ts";
import { LIST, partLink, startTerminal } from "./testing/bench-doorway.ts";

const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

const CELSIUS = 36.5;
const settings = {
  scanner: { heartbeat: { everyMs: 300, timeoutMs: 200 } },
  thermometer: { link: "thermometer", form: "ascii", freshMs: 5_000 },
  gate: { kind: "lcus-relay", link: "gate", hasFeedback: true, openMs: 200 },
  verifiers: [LIST],
};

async function startMeasuring(before?: Simulator["ports"]): Promise<Simulator> {
  const simulator = await startTerminal({ measureEveryMs: 150 }, before);
  simulator.terminal.celsius = CELSIUS;
  return simulator;
}

/** A terminal at which somebody of 36.5 °C stands all day, and how it is made to misbehave. */
function moods(simulators: () => readonly Simulator[]) {
  const wires = () => simulators().flatMap(({ terminal }) => Object.values(terminal.wires));
  const countQuestions = () => simulators().reduce((sum, { terminal }) => sum + terminal.scannerQuestions, 0);
  return {
    settings,
    badSettings: { settings: { ...settings, feverAtC: 50 }, path: "feverAtC" },
    pointId: "temperature",
    isPossible: (celsius: number) => celsius === CELSIUS,
    fallSilent: () => {
      for (const wire of wires()) wire.isMute = true;
    },
    untilAsked: async () => {
      const asked = countQuestions();
      await eventually("a question", () => countQuestions() > asked);
    },
    sendGarbage: async (bytes: Buffer) => {
      for (const wire of wires()) wire.sayAnyhow(bytes);
    },
  };
}

async function serverRig(): Promise<Rig> {
  let simulator = await startMeasuring();
  // The scanner's line is cut through a terminal of its own, so that the others' lines hold.
  const others = await startMeasuring();
  const { ports } = simulator;
  return {
    ...moods(() => [simulator, others]),
    link: partLink(simulator, "scanner"),
    otherLinks: [partLink(others, "thermometer"), partLink(others, "gate")],
    breakLine: async () => {
      await simulator[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      simulator = await startMeasuring(ports);
    },
    async [Symbol.asyncDispose]() {
      await simulator[Symbol.asyncDispose]();
      await others[Symbol.asyncDispose]();
    },
  };
}

async function serialRig(): Promise<Rig> {
  const simulator = await startMeasuring();
  const port = simulator.ports.scanner ?? 0;
  return {
    ...moods(() => [simulator]),
    ...(await serialWay({ id: "scanner", port, stop: () => simulator[Symbol.asyncDispose]() })),
    otherLinks: [partLink(simulator, "thermometer"), partLink(simulator, "gate")],
  };
}

describeAdapter("sentinel on serial servers", sentinel, serverRig);
describe.skipIf(noSocat !== undefined)("with a pseudo terminal", () => {
  describeAdapter("sentinel with its scanner on a serial line", sentinel, serialRig);
});

function ids(more: object): readonly string[] {
  return sentinel.configure("door", { verifiers: [LIST], ...more }).points.map(({ id }) => id);
}

describe("configuring", () => {
  it("refuses a public key that is none", () => {
    const signed = { kind: "signed", publicKeys: ["not a key"] };
    expect(() => sentinel.configure("door", { verifiers: [signed] })).toThrow("publicKeys");
  });

  it("gives points only for the parts that are there", () => {
    expect(ids({})).toEqual(["refused", "verifierDown"]);
    expect(ids({ thermometer: settings.thermometer })).toEqual(["refused", "verifierDown", "temperature", "fever"]);
    expect(ids({ gate: settings.gate })).toEqual(["refused", "verifierDown", "gate", "gateFailed"]);
  });

  it.each([
    ["thermometer", { thermometer: { link: "scanner", form: "ascii" } }],
    ["gate", { gate: { kind: "lcus-relay", link: "scanner" } }],
  ])("refuses to open with the %s on the line that the scanner has for itself", async (part, more) => {
    await using simulator = await startTerminal();
    await using link = openLink(partLink(simulator, "scanner"), { clock: systemClock, log: silentLog });
    const deps = fakeDeps({ link, otherLinks: [link] });
    const opening = sentinel.configure("door", { verifiers: [LIST], ...more }).open(deps, AbortSignal.timeout(5_000));
    await expect(opening).rejects.toThrow(part);
  });
});
