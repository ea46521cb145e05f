import { join } from "node:path";

import { startProgram, type RunningProgram } from "../demo/child-process.ts";

/** A gateway under numbered load, as a process, and what it has said to be committed on its own disk. */
export interface LoadGateway extends AsyncDisposable {
  readonly program: RunningProgram;
  /** Numbers from `first` through the highest so far whose records are durable here. */
  readonly durable: ReadonlySet<number>;
  tell(line: "go" | "load" | "hush" | "alarm"): void;
}

export interface LoadGatewayOptions {
  readonly stateDirectory: string;
  readonly mqttPort: number;
  readonly gatewayId: string;
  readonly first?: number;
  readonly fill?: number;
  readonly rate?: number;
  readonly bodyBytes?: number;
  readonly exitWhenDrained?: boolean;
  readonly onLine?: (line: string) => void;
}

/** Starts it. Filling comes before ready, so a large `fill` takes a while. */
export async function startLoadGateway(options: LoadGatewayOptions): Promise<LoadGateway> {
  const { first = 1, fill = 0, rate = 200, bodyBytes = 1_024 } = options;
  const durable = new Set<number>();
  const program = await startProgram(
    {
      name: "load gateway",
      script: "edge/sync/load/main.ts",
      args: [
        `--state=${join(options.stateDirectory, "journal")}`,
        `--url=mqtt://127.0.0.1:${options.mqttPort}`,
        `--gateway=${options.gatewayId}`,
        `--first=${first}`,
        `--fill=${fill}`,
        `--rate=${rate}`,
        `--body-bytes=${bodyBytes}`,
        ...(options.exitWhenDrained ? ["--exit-when-drained"] : []),
      ],
      onLine: (line) => {
        for (const number of durableNumbers(line)) durable.add(number);
        options.onLine?.(line);
      },
    },
    600_000,
  );
  for (let number = first; number < first + fill; number += 1) durable.add(number);
  return {
    program,
    durable,
    tell: (line) => program.tell(line),
    [Symbol.asyncDispose]: async () => await program.stop(),
  };
}

function durableNumbers(line: string): number[] {
  const match = /^\{"durable":\[(\d+),(\d+)\]\}$/.exec(line);
  if (match === null) return [];
  const [from, through] = [Number(match[1]), Number(match[2])];
  return Array.from({ length: through - from + 1 }, (_, n) => from + n);
}
