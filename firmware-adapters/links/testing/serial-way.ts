import type { Rig } from "../../conformance.ts";
import { serialOverTcp } from "./pty.ts";

/** The line that a device is on, and who is at its far end. */
export interface SerialWay {
  /** The link's id; `line` where absent. */
  readonly id?: string;
  /** 9600 where absent. */
  readonly baudRate?: number;
  /** `none` where absent. */
  readonly parity?: "none" | "even";
  /** The TCP port of loopback where the device's bytes are. */
  readonly port: number;
  /** Ends the device. */
  stop(): PromiseLike<unknown>;
}

/** The parts of a rig whose device is on a serial line that can be unplugged. Needs socat. */
export async function serialWay(
  way: SerialWay,
): Promise<Pick<Rig, "link" | "breakLine" | "mendLine"> & AsyncDisposable> {
  const { id = "line", baudRate = 9_600, parity = "none", port } = way;
  let pty = await serialOverTcp(port);
  const { path } = pty;
  return {
    link: { id, kind: "serial", path, baudRate, parity, dataBits: 8, stopBits: 1, gapMs: 2 },
    breakLine: async () => {
      await pty[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      pty = await serialOverTcp(port, path);
    },
    [Symbol.asyncDispose]: async () => {
      await pty[Symbol.asyncDispose]();
      await way.stop();
    },
  };
}
