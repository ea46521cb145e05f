/** One simulated device of the demo, a process of its own. */
interface Simulator {
  /** What it stands for, whichever of several: the console knows levers and picture by it. */
  readonly kind: string;
  /** From the root of the repository. */
  readonly script: string;
  /**
   * How it is started. `${DEVICE}` is where device and gateway meet, by itself or in an address: the simulator listens
   * there, or calls the gateway that does.
   */
  readonly args: readonly string[];
  /** What is done to it before the gateway comes: levers and their bodies, in order. */
  readonly scene?: readonly (readonly [lever: string, body: object])[];
}

/** Opens a door, puts a parcel in, and shuts it. */
function delivered(door: number): readonly (readonly [string, object])[] {
  return [
    ["pry", { door }],
    ["parcel", { door, isIn: true }],
    ["close", { door }],
  ];
}

function station(identityAndKey: string, version: string, wiring: string): readonly string[] {
  return [`--station=${identityAndKey}`, `--version=${version}`, `--wiring=${wiring}`];
}

/**
 * The simulators by the id of the device that each stands for in `site.yaml`, which finds `${DEVICE}`'s port under the
 * id in capitals: `${PUMP_STATION_PORT}`. Each takes `--control` and `--with-parent` as well.
 */
export const SIMULATORS = {
  "pump-station": {
    kind: "pump-station",
    script: "firmware-adapters/modbus/simulator/main.ts",
    // Water that moves twenty times faster than real water: a storm shows within seconds.
    args: ["--tcp", "${DEVICE}", "--speed", "20"],
  },
  "locker-wall": {
    kind: "locker",
    script: "firmware-adapters/locker/simulator/main.ts",
    args: ["--protocol", "kerong-cu16", "--ways", "12", "--tcp", "${DEVICE}"],
    scene: [1, 4, 6, 9, 10].flatMap(delivered),
  },
  "call-button": {
    kind: "button",
    script: "firmware-adapters/button/simulator/main.ts",
    // A broker with one Zigbee button behind it, which says every few seconds that it lives.
    args: ["--mqtt", "${DEVICE}", "--zigbee", "1", "--lora", "0", "--heartbeat", "4"],
  },
  pendant: {
    kind: "pendant",
    script: "firmware-adapters/dc09/simulator/main.ts",
    args: ["--to", "${DEVICE}", "--account", "1234", "--null-ms", "4000", "--retry-ms", "2000"],
  },
  "bus-sign": {
    kind: "sign",
    script: "firmware-adapters/sign/simulator/main.ts",
    args: ["--http", "${DEVICE}"],
  },
  "car-park": {
    kind: "chargers",
    script: "firmware-adapters/ocpp/simulator/main.ts",
    // Two charge points behind one fuse of 40 A, turned against each other so that one-phase cars spread over the phases.
    args: [
      "--url=ws://${DEVICE}/ocpp",
      "--connectors=2",
      "--supply-a=40",
      "--keep-messages=0",
      ...station("CP-1:pile-1-secret-key", "1.6", "L1,L2,L3"),
      ...station("CP-2:pile-2-secret-key", "2.0.1", "L3,L1,L2"),
    ],
    // Two cars stand there already; both want more than half of what there is.
    scene: [
      ["arrive", { station: "CP-1", connector: 1, wantsA: 32, phases: 3, idTag: "04A1B2C3D4" }],
      ["arrive", { station: "CP-2", connector: 1, wantsA: 32, phases: 1, idTag: "04E5F60718" }],
    ],
  },
  "fire-panel": {
    kind: "fire-panel",
    script: "firmware-adapters/dc09/simulator/main.ts",
    args: ["--to", "${DEVICE}", "--account", "5678", "--null-ms", "4000", "--retry-ms", "2000"],
  },
} as const satisfies Record<string, Simulator>;

export type SimulatorId = keyof typeof SIMULATORS;
export const SIMULATOR_IDS = Object.keys(SIMULATORS).filter((id): id is SimulatorId => id in SIMULATORS);

/** One of the table, with every field a simulator may have. */
export function simulatorOf(id: SimulatorId): Simulator {
  return SIMULATORS[id];
}
