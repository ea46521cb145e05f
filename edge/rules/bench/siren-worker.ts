import assert from "node:assert";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { parentPort } from "node:worker_threads";

/**
 * A Modbus TCP device with one coil, on a thread of its own, so that nobody else's work delays its clock: it tells when
 * each write of the coil arrived.
 */
export type SirenReport =
  | { readonly kind: "listening"; readonly port: number }
  /** Nanoseconds since boot in milliseconds, the same clock as in every process of the machine. */
  | { readonly kind: "written"; readonly value: 0 | 1; readonly atMs: number };

const HEADER_BYTES = 7;
const WRITE_COIL = 5;
const READ_COILS = 1;
const ON = 0xff_00;

const port = parentPort;
assert(port !== null, "runs as a worker");
let coil: 0 | 1 = 0;

const server = createServer((socket) => serve(socket));
server.listen(0, "127.0.0.1");
await once(server, "listening");
const address = server.address();
assert(typeof address === "object" && address !== null, "a TCP server has an address");
report({ kind: "listening", port: address.port });

function report(message: SirenReport): void {
  port?.postMessage(message);
}

function serve(socket: Socket): void {
  let pending = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes: Buffer) => {
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    pending = Buffer.concat([pending, bytes]);
    while (pending.length >= HEADER_BYTES) {
      const length = 6 + pending.readUInt16BE(4);
      if (pending.length < length) return;
      answer(socket, pending.subarray(0, length), atMs);
      pending = pending.subarray(length);
    }
  });
}

function answer(socket: Socket, frame: Buffer, atMs: number): void {
  const code = frame.readUInt8(HEADER_BYTES);
  if (code === WRITE_COIL) {
    coil = frame.readUInt16BE(HEADER_BYTES + 3) === ON ? 1 : 0;
    report({ kind: "written", value: coil, atMs });
    socket.write(frame);
    return;
  }
  const pdu = code === READ_COILS ? Buffer.from([code, 1, coil]) : Buffer.from([code | 0x80, 2]);
  const header = Buffer.from(frame.subarray(0, HEADER_BYTES));
  header.writeUInt16BE(pdu.length + 1, 4);
  socket.write(Buffer.concat([header, pdu]));
}
