import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe } from "vitest";

import { describeAdapter } from "../conformance.ts";
import type { Rig } from "../conformance.ts";
import { serialOverTcp } from "../links/testing/pty.ts";
import type { SerialOverTcp } from "../links/testing/pty.ts";
import { modbus } from "./adapter.ts";
import { startUnit } from "./testing/scripted-unit.ts";
import type { Behaviour, ScriptedUnit, UnitOptions } from "./testing/scripted-unit.ts";
import { smallProfile } from "./testing/small-profile.ts";

const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

const settings = { unitId: 1, profile: smallProfile(), timeoutMs: 150 };

async function socketRig(kind: "tcp" | "serial-server"): Promise<Rig> {
  let isSilent = false;
  const behave = (): Behaviour => ({ kind: isSilent ? "silent" : "answer" });
  const options: UnitOptions = { framing: kind === "tcp" ? "tcp" : "rtu", behave };
  let unit: ScriptedUnit = await startUnit(options);
  const { port } = unit;
  const address = { id: "line", host: "127.0.0.1", port };
  return {
    link: kind === "tcp" ? { ...address, kind } : { ...address, kind, gapMs: 2 },
    settings,
    pointId: "word",
    breakLine: async () => {
      await unit[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      unit = await startUnit(options, port);
    },
    fallSilent: () => {
      isSilent = true;
    },
    untilAsked: () => unit.nextRequest(),
    [Symbol.asyncDispose]: () => unit[Symbol.asyncDispose](),
  };
}

async function serialRig(): Promise<Rig> {
  let isSilent = false;
  const unit = await startUnit({ framing: "rtu", behave: () => ({ kind: isSilent ? "silent" : "answer" }) });
  let pty: SerialOverTcp = await serialOverTcp(unit.port);
  const { path } = pty;
  return {
    link: { id: "line", kind: "serial", path, baudRate: 9_600, parity: "none", dataBits: 8, stopBits: 1, gapMs: 2 },
    settings,
    pointId: "word",
    breakLine: async () => {
      await pty[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      pty = await serialOverTcp(unit.port, path);
    },
    fallSilent: () => {
      isSilent = true;
    },
    untilAsked: () => unit.nextRequest(),
    async [Symbol.asyncDispose]() {
      await pty[Symbol.asyncDispose]();
      await unit[Symbol.asyncDispose]();
    },
  };
}

describeAdapter("Modbus TCP", modbus, () => socketRig("tcp"));
describeAdapter("Modbus RTU on a serial server", modbus, () => socketRig("serial-server"));
describe.skipIf(noSocat !== undefined)("with a pseudo terminal", () => {
  describeAdapter("Modbus RTU on a serial line", modbus, serialRig);
});
