import { crc16Modbus } from "@outpost/kernel/crc16.ts";

import type { Framing, Request } from "./framing.ts";

const MIN_FRAME_BYTES = 4;
const MAX_FRAME_BYTES = 256;

/**
 * Modbus RTU, on a serial line or inside a TCP connection: unit id, PDU, CRC.
 *
 * User space cannot see silences of 1.5 characters, so a request is found by its expected length and its CRC, wherever in
 * the stream it stands; garbage and the answers of other units on the line are passed over. Only a request with an
 * unknown function code, whose length nobody can know, ends by silence.
 *
 * @see MODBUS over Serial Line V1.02, section 2.5.1
 */
export class RtuFraming implements Framing {
  #held: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): readonly Request[] {
    this.#held = Buffer.concat([this.#held, bytes]);
    const requests: Request[] = [];
    for (let start = 0; start + MIN_FRAME_BYTES <= this.#held.length; start += 1) {
      const end = start + (requestBytes(this.#held.subarray(start)) ?? Number.POSITIVE_INFINITY);
      if (end > this.#held.length || !isWhole(this.#held.subarray(start, end))) continue;
      requests.push(toRequest(this.#held.subarray(start, end)));
      this.#held = this.#held.subarray(end);
      start = -1;
    }
    if (this.#held.length > MAX_FRAME_BYTES) this.#held = this.#held.subarray(-MAX_FRAME_BYTES);
    return requests;
  }

  endOfSilence(): readonly Request[] {
    const frame = this.#held;
    this.#held = Buffer.alloc(0);
    const code = frame[1];
    if (frame.length < MIN_FRAME_BYTES || code === undefined || !isWhole(frame)) return [];
    // A known code here is an answer of another unit, or our own come back through a converter that echoes.
    return code < 0x80 && requestBytes(frame) === undefined ? [toRequest(frame)] : [];
  }

  encode({ unitId, pdu }: Request): Buffer {
    const frame = Buffer.alloc(pdu.length + 3);
    frame.writeUInt8(unitId, 0);
    pdu.copy(frame, 1);
    frame.writeUInt16LE(crc16Modbus(frame.subarray(0, -2)), frame.length - 2);
    return frame;
  }
}

/** @returns how long a request beginning so is, or undefined for a function code we do not serve. */
function requestBytes(frame: Buffer): number | undefined {
  const code = frame[1] ?? 0;
  if (code >= 1 && code <= 6) return 8;
  if (code === 15 || code === 16) return 9 + (frame[6] ?? 0);
  return undefined;
}

function isWhole(frame: Buffer): boolean {
  return crc16Modbus(frame.subarray(0, -2)) === frame.readUInt16LE(frame.length - 2);
}

function toRequest(frame: Buffer): Request {
  return { transactionId: 0, unitId: frame.readUInt8(0), pdu: Buffer.from(frame.subarray(1, -2)) };
}
