import { startProgram, type RunningProgram } from "../demo/child-process.ts";

const HOST = "127.0.0.1";

export interface FleetProcessOptions {
  readonly stateDirectory: string;
  readonly httpPort: number;
  /** Where its broker listens, its own or the one that `MQTT_URL` names. */
  readonly mqttPort: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts a fleet manager on loopback, quiet but for errors. */
export async function startFleet({
  stateDirectory,
  httpPort,
  mqttPort,
  env = {},
}: FleetProcessOptions): Promise<RunningProgram> {
  return await startProgram({
    name: "fleet",
    script: "fleet/main.ts",
    args: ["--state", stateDirectory, "--http", `${HOST}:${httpPort}`, "--mqtt", `${HOST}:${mqttPort}`],
    env: { OUTPOST_LOG_LEVEL: "error", ...env },
  });
}
