import { startProgram, type RunningProgram } from "../../../demo/child-process.ts";
import { LeverBoard } from "../../lever-board.ts";
import { Line } from "./line.ts";
import type { SimulatedDevice } from "./simulated-devices.ts";

const HOST = "127.0.0.1";

/** One device of the running site: its process, its line, its levers. */
export class Place implements AsyncDisposable {
  readonly device: SimulatedDevice;
  readonly line: Line;
  readonly levers: LeverBoard;
  /** Where the gateway listens for it, or calls it. */
  readonly port: number;
  readonly #simulator: RunningProgram;

  private constructor(device: SimulatedDevice, line: Line, ports: PlacePorts, simulator: RunningProgram) {
    this.device = device;
    this.line = line;
    this.levers = new LeverBoard(ports.control);
    this.port = device.caller === "device" ? ports.listening : line.proxy.port;
    this.#simulator = simulator;
  }

  /** Opens the line and starts the simulator. */
  static async open(device: SimulatedDevice, ports: PlacePorts): Promise<Place> {
    await using opened = new AsyncDisposableStack();
    const line = opened.use(await Line.open(device, ports.listening, ports.line));
    const meet = device.caller === "device" ? line.proxy.port : ports.listening;
    const simulator = await startProgram({
      name: device.id,
      script: device.script,
      args: [...device.args(`${HOST}:${meet}`), "--control", `${HOST}:${ports.control}`, "--with-parent"],
      env: { OUTPOST_LOG_LEVEL: "error" },
    });
    opened.move();
    return new Place(device, line, ports, simulator);
  }

  get id(): string {
    return this.device.id;
  }

  /** The device stands still, with all its sockets open, and says and hears nothing. */
  stall(): void {
    process.kill(this.#simulator.pid, "SIGSTOP");
  }

  resume(): void {
    process.kill(this.#simulator.pid, "SIGCONT");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#simulator.isRunning) this.resume();
    await this.#simulator.stop();
    await this.line[Symbol.asyncDispose]();
  }
}

export interface PlacePorts {
  /** Of whoever is called: the gateway or the device. */
  readonly listening: number;
  /** Of the line in between, which others call instead. */
  readonly line: number;
  readonly control: number;
}
