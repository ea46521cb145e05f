import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter } from "../conformance.ts";
import type { Rig } from "../conformance.ts";
import { openLink } from "../links/open-link.ts";
import type { LineSettings } from "../links/settings.ts";
import { serialWay } from "../links/testing/serial-way.ts";
import { fakeDeps } from "../testing/fake-deps.ts";
import { modbus } from "./adapter.ts";
import { startUnit } from "./testing/scripted-unit.ts";
import type { Behaviour, ScriptedUnit, UnitOptions } from "./testing/scripted-unit.ts";
import { smallProfile } from "./testing/small-profile.ts";

const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

/** What the scripted unit's memory has at the point's address. */
const WORD = 1_007;
const settings = { unitId: 1, profile: smallProfile(), timeoutMs: 300 };

/** What every Modbus rig is asked for, and how its unit behaves. */
function moods() {
  let isSilent = false;
  let garbage: Buffer | undefined;
  return {
    behave: (): Behaviour => {
      if (isSilent) return { kind: "silent" };
      const bytes = garbage;
      garbage = undefined;
      return bytes === undefined ? { kind: "answer" } : { kind: "garbage", bytes };
    },
    rig: {
      settings,
      badSettings: { settings: { ...settings, timeoutMs: 5 }, path: "timeoutMs" },
      pointId: "word",
      isPossible: (value: number) => value === WORD,
      fallSilent: () => {
        isSilent = true;
      },
      sendGarbage: async (bytes: Buffer) => {
        garbage = bytes;
      },
    },
  };
}

async function socketRig(kind: "tcp" | "serial-server"): Promise<Rig & { readonly link: LineSettings }> {
  const { behave, rig } = moods();
  const options: UnitOptions = { framing: kind === "tcp" ? "tcp" : "rtu", behave };
  let unit: ScriptedUnit = await startUnit(options);
  const { port } = unit;
  const address = { id: "line", host: "127.0.0.1", port };
  return {
    ...rig,
    link: kind === "tcp" ? { ...address, kind } : { ...address, kind, gapMs: 2 },
    breakLine: async () => {
      await unit[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      unit = await startUnit(options, port);
    },
    untilAsked: () => unit.nextRequest(),
    [Symbol.asyncDispose]: () => unit[Symbol.asyncDispose](),
  };
}

async function serialRig(): Promise<Rig> {
  const { behave, rig } = moods();
  const unit = await startUnit({ framing: "rtu", behave });
  const way = await serialWay({ port: unit.port, stop: () => unit[Symbol.asyncDispose]() });
  return { ...rig, ...way, untilAsked: () => unit.nextRequest() };
}

describeAdapter("Modbus TCP", modbus, () => socketRig("tcp"));
describeAdapter("Modbus RTU on a serial server", modbus, () => socketRig("serial-server"));
describe.skipIf(noSocat !== undefined)("with a pseudo terminal", () => {
  describeAdapter("Modbus RTU on a serial line", modbus, serialRig);
});

describe("configuring", () => {
  it("says which profiles there are when it is asked for another", () => {
    expect(() => modbus.configure("device", { unitId: 1, profile: "three-pump-station" })).toThrow(
      'settings.profile: no profile is called "three-pump-station"; known are grundfos-cim-wastewater, level-flow-node, two-pump-station',
    );
  });

  it("names the field that does not fit", () => {
    expect(() => modbus.configure("device", { unitId: 300, profile: "two-pump-station" })).toThrow("unitId");
  });

  it("refuses a unit id that cannot be on a serial line when it is opened there", async () => {
    await using rig = await socketRig("serial-server");
    await using link = openLink(rig.link, { clock: systemClock, log: silentLog });
    const deps = fakeDeps({ link });
    const opening = modbus.configure("device", { ...settings, unitId: 0 }).open(deps, AbortSignal.timeout(5_000));
    await expect(opening).rejects.toMatchObject({ code: "modbus/bad-settings" });
  });
});
