import { Socket } from "node:net";

import type { CodecCase } from "../../testing/codec-case.ts";
import { decodeRead, type ReadRequest } from "../codec.ts";
import { MbapPort } from "../session/mbap-port.ts";
import { encodeFrame, findFrame } from "../session/rtu-frame.ts";

const FRAMES = 256;
const PIECE_BYTES = 61;
const UNIT_ID = 7;

/** Answers to reads of 1 to 16 registers. */
const requests: readonly ReadRequest[] = Array.from({ length: FRAMES }, (_, n) => ({
  table: "holding-register",
  address: n,
  count: 1 + (n % 16),
}));

const answers = requests.map(({ address, count }) => {
  const pdu = Buffer.alloc(2 + count * 2);
  pdu.writeUInt8(3, 0);
  pdu.writeUInt8(count * 2, 1);
  for (let n = 0; n < count; n += 1) pdu.writeUInt16BE((address * 31 + n) & 0xffff, 2 + n * 2);
  return pdu;
});

const rtu = Buffer.concat(answers.map((pdu) => encodeFrame(UNIT_ID, pdu)));
const mbap = Buffer.concat(
  answers.map((pdu, n) => {
    const header = Buffer.from([n & 0xff, 0, 0, 0, 0, pdu.length + 1, UNIT_ID]);
    return Buffer.concat([header, pdu]);
  }),
);

function parseRtu(bytes: Buffer): number {
  let found = 0;
  let waiting = Buffer.alloc(0);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    waiting = Buffer.concat([waiting, bytes.subarray(at, at + PIECE_BYTES)]);
    for (;;) {
      const frame = findFrame(waiting, UNIT_ID);
      const request = requests[found];
      if (frame === undefined || request === undefined) break;
      if (decodeRead(frame.pdu, request).length === request.count) found += 1;
      waiting = Buffer.from(frame.rest);
    }
  }
  return found;
}

function parseMbap(bytes: Buffer): number {
  let found = 0;
  const socket = new Socket();
  const port = new MbapPort(socket, () => undefined);
  port.on("data", (adu: Buffer) => {
    const request = requests[found];
    if (request !== undefined && decodeRead(adu.subarray(1, -2), request).length === request.count) found += 1;
  });
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) socket.emit("data", bytes.subarray(at, at + PIECE_BYTES));
  socket.destroy();
  return found;
}

export const codecCases: readonly CodecCase[] = [
  { name: "modbus rtu", bytes: rtu, frames: FRAMES, parse: parseRtu },
  { name: "modbus tcp", bytes: mbap, frames: FRAMES, parse: parseMbap },
];
