import { systemClock } from "@outpost/kernel/clock.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";

import type { OpenDevice } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand, DeviceEvent } from "../../event.ts";
import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { modbus } from "../adapter.ts";
import type { PumpStationProfile } from "../profile.ts";
import { numberedMemory } from "./memory.ts";
import { startUnit } from "./scripted-unit.ts";
import type { Behaviour, UnitRequest } from "./scripted-unit.ts";
import { testPoint, testProfile } from "./small-profile.ts";

/** The start coil's address. */
export const START = 10;
const RUNNING = 30;
const TIMEOUT_MS = 400;
/** Function codes that write. */
export const WRITE_CODES = new Set([5, 6, 16]);
const why = { zh: "测试", en: "test" };

/** A pump with its two readings, a siren and a set-point. Off times are short, so that a test need not wait. */
export const stationProfile = (startLimits = { maxStartsPerHour: 3, minOffMs: 0 }): PumpStationProfile =>
  testProfile([
    testPoint({ id: "remote", table: "discrete-input", address: 2, type: { kind: "bool" } }),
    testPoint({ id: "running", table: "discrete-input", address: RUNNING, type: { kind: "bool" } }),
    testPoint({
      id: "start",
      table: "coil",
      address: START,
      type: { kind: "bool" },
      writable: {
        min: 1,
        max: 1,
        isHazardous: true,
        pulseMs: 60,
        interlocks: [{ pointId: "remote", is: "equal", value: 1, why }],
        feedback: { pointId: "running", value: 1, withinMs: 600 },
        startLimits,
      },
    }),
    testPoint({
      id: "reset",
      table: "coil",
      address: 11,
      type: { kind: "bool" },
      writable: { min: 1, max: 1, isHazardous: true, pulseMs: 60 },
    }),
    testPoint({
      id: "siren",
      table: "coil",
      address: 0,
      type: { kind: "bool" },
      writable: { min: 0, max: 1, isHazardous: false },
    }),
    testPoint({
      id: "setPoint",
      address: 40,
      scale: 0.001,
      unit: "m",
      writable: { min: 0, max: 5, isHazardous: false },
    }),
    testPoint({
      id: "total",
      address: 42,
      type: { kind: "float32", order: "CDAB" },
      writable: { min: 0, max: 1e9, isHazardous: false },
    }),
  ]);

/** An open device on a scripted station, and the levers of both. */
export interface Station extends AsyncDisposable {
  readonly device: OpenDevice;
  readonly events: readonly DeviceEvent[];
  readonly coils: Map<number, boolean>;
  readonly words: Map<number, number>;
  /** Every value written to the start coil, in order. */
  readonly presses: readonly boolean[];
  readonly requests: readonly UnitRequest[];
  /** What becomes of the writes from here on, one entry a write. */
  writes(...behaviours: Behaviour[]): void;
  isRemote: boolean;
  isRunning: boolean;
  /** Whether a press starts the pump. */
  obeys: boolean;
  cut(): void;
  run(command: DeviceCommand): Promise<CommandOutcome>;
  /** Selects and operates. */
  press(pointId: string): Promise<CommandOutcome>;
}

/** Opens the station and waits until it is online. */
export async function openStation(
  options: {
    readonly clock?: Clock;
    readonly profile?: PumpStationProfile;
    readonly before?: (coils: Map<number, boolean>) => void;
  } = {},
): Promise<Station> {
  const stack = new AsyncDisposableStack();
  const memory = numberedMemory();
  options.before?.(memory.coils);
  const presses: boolean[] = [];
  let script: Behaviour[] = [];
  const unit = stack.use(
    await startUnit({
      framing: "tcp",
      behave: ({ pdu }) =>
        WRITE_CODES.has(pdu.readUInt8(0)) ? (script.shift() ?? { kind: "answer" }) : { kind: "answer" },
      memory: {
        ...memory,
        bit: (table, address) => {
          if (table === "coil") return memory.coils.get(address) ?? false;
          return address === RUNNING ? station.isRunning : station.isRemote;
        },
        writeCoil: (address, value) => {
          memory.coils.set(address, value);
          if (address === START) presses.push(value);
          if (address === START && value && station.obeys) station.isRunning = true;
          return true;
        },
      },
    }),
  );
  const link = stack.use(
    openLink({ id: "line", kind: "tcp", host: "127.0.0.1", port: unit.port }, { clock: systemClock, log: silentLog }),
  );
  const events: DeviceEvent[] = [];
  const station: Station = {
    events,
    coils: memory.coils,
    words: memory.words,
    presses,
    requests: unit.requests,
    writes: (...behaviours) => {
      script = behaviours;
    },
    isRemote: true,
    isRunning: false,
    obeys: true,
    cut: () => unit.cut(),
    run: (command) => station.device.execute(command, AbortSignal.timeout(10_000)),
    press: async (pointId) => {
      const selected = await station.run({ kind: "select", pointId, value: 1, actor: "ann" });
      if (selected.kind !== "selected") return selected;
      return await station.run({ kind: "operate", selectionId: selected.selectionId, actor: "ann" });
    },
    device: stack.use(
      await modbus
        .configure("station", { unitId: 1, profile: options.profile ?? stationProfile(), timeoutMs: TIMEOUT_MS })
        .open(
          fakeDeps({ clock: options.clock ?? systemClock, link, onEvent: (event) => events.push(event) }),
          AbortSignal.timeout(5_000),
        ),
    ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
  await eventually("online", () => events.some((event) => event.kind === "status" && event.state === "online"));
  return station;
}
