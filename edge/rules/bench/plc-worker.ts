import assert from "node:assert";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { parentPort } from "node:worker_threads";

import { z } from "zod";

/**
 * A Modbus TCP device on a thread of its own: discrete input 0 is an event, coil 0 an actuator that shall follow it.
 * It turns the event over in the answer to a read, stamps the moment at which that answer leaves, and stamps the moment
 * at which the matching write arrives. Everything but those two moments is somebody else's time.
 */
export interface PlcReport {
  readonly kind: "listening" | "first-read" | "measured";
  readonly port?: number;
  /** Machine time of the first answered read, nanoseconds since boot in milliseconds. */
  readonly atMs?: number;
  readonly latenciesMs?: readonly number[];
  /** Turns of the event that no write followed in time. */
  readonly missed?: number;
}

const HEADER_BYTES = 7;
const MISSED_AFTER_MS = 2_000;

const order = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("measure"), samples: z.int().min(1) }),
  /** Report the next read as a first one. */
  z.object({ kind: z.literal("forget") }),
]);
export type PlcOrder = z.infer<typeof order>;

/** What is being measured; undefined between two measurements. */
interface Measurement {
  readonly samples: number;
  readonly latenciesMs: number[];
  missed: number;
  /** When the answer with the turned event left, undefined while the actuator is where it should be. */
  leftAtMs: number | undefined;
}

const port = parentPort;
assert(port !== null, "runs as a worker");
let event = 0;
let actuator = 0;
let hasBeenRead = false;
let measurement: Measurement | undefined;

const server = createServer((socket) => serve(socket));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
assert(typeof address === "object" && address !== null, "a TCP server has an address");
report({ kind: "listening", port: address.port });
port.on("message", (message: unknown) => {
  const wanted = order.parse(message);
  if (wanted.kind === "forget") hasBeenRead = false;
  else measurement = { samples: wanted.samples, latenciesMs: [], missed: 0, leftAtMs: undefined };
});

function report(message: PlcReport): void {
  port?.postMessage(message);
}

function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function serve(socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.setNoDelay(true);
  // A client that goes away is the end of one round.
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    const arrivedMs = nowMs();
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= HEADER_BYTES) {
      const length = 6 + pending.readUInt16BE(4);
      if (pending.length < length) return;
      const frame = pending.subarray(0, length);
      pending = pending.subarray(length);
      answer(socket, frame, arrivedMs);
    }
  });
}

function answer(socket: Socket, frame: Buffer, arrivedMs: number): void {
  const code = frame.readUInt8(HEADER_BYTES);
  const first = frame.readUInt16BE(HEADER_BYTES + 1);
  if (code === 5) {
    actuator = frame.readUInt16BE(HEADER_BYTES + 3) === 0xff_00 ? 1 : 0;
    noteWrite(arrivedMs);
    socket.write(frame);
    return;
  }
  const isRead = (code === 1 || code === 2) && first === 0;
  if (code === 2 && isRead) turn(arrivedMs);
  const bits = code === 1 ? actuator : event;
  const pdu = isRead ? Buffer.from([code, 1, bits]) : Buffer.from([code | 0x80, 2]);
  const header = Buffer.from(frame.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(pdu.length + 1, 4);
  if (!hasBeenRead && isRead) {
    hasBeenRead = true;
    report({ kind: "first-read", atMs: nowMs() });
  }
  const isTurned = measurement !== undefined && measurement.leftAtMs === undefined && event !== actuator && code === 2;
  if (isTurned && measurement !== undefined) measurement.leftAtMs = nowMs();
  socket.write(Buffer.concat([header, pdu]));
}

/** The event turns over at a read, once the actuator has followed the last turn. */
function turn(atMs: number): void {
  if (measurement === undefined) return;
  const { leftAtMs } = measurement;
  if (leftAtMs === undefined && event === actuator) event = 1 - event;
  if (leftAtMs !== undefined && atMs - leftAtMs > MISSED_AFTER_MS) {
    measurement.missed += 1;
    measurement.leftAtMs = undefined;
    event = 1 - event;
    finish();
  }
}

function noteWrite(arrivedMs: number): void {
  if (measurement?.leftAtMs === undefined || actuator !== event) return;
  measurement.latenciesMs.push(arrivedMs - measurement.leftAtMs);
  measurement.leftAtMs = undefined;
  finish();
}

function finish(): void {
  if (measurement === undefined) return;
  const { samples, latenciesMs, missed } = measurement;
  if (latenciesMs.length + missed < samples) return;
  measurement = undefined;
  report({ kind: "measured", latenciesMs, missed });
}
