/** One simulated device of the demo, a process of its own. */
interface Simulator {
  /** What it stands for, whichever of several: the console knows levers and picture by it. */
  readonly kind: string;
  /** From the root of the repository. */
  readonly script: string;
  /**
   * How it is started. `${DEVICE}` is where device and gateway meet: the simulator listens there, or calls the gateway
   * that does.
   */
  readonly args: readonly string[];
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
} as const satisfies Record<string, Simulator>;

export type SimulatorId = keyof typeof SIMULATORS;
export const SIMULATOR_IDS = Object.keys(SIMULATORS).filter((id): id is SimulatorId => id in SIMULATORS);
