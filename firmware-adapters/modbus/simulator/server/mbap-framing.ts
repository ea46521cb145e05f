import type { Framing, Request } from "./framing.ts";

const HEADER_BYTES = 7;
const MIN_LENGTH = 2;
const MAX_LENGTH = 254;

/**
 * Modbus TCP: a header with transaction id, protocol id 0 and length before each PDU.
 *
 * @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3
 */
export class MbapFraming implements Framing {
  #held: Buffer = Buffer.alloc(0);

  push(bytes: Buffer): readonly Request[] | "lost" {
    this.#held = Buffer.concat([this.#held, bytes]);
    const requests: Request[] = [];
    while (this.#held.length >= HEADER_BYTES) {
      const length = this.#held.readUInt16BE(4);
      // A stream with one wrong length has no place where reading could begin again.
      if (this.#held.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) return "lost";
      const end = HEADER_BYTES - 1 + length;
      if (this.#held.length < end) break;
      requests.push({
        transactionId: this.#held.readUInt16BE(0),
        unitId: this.#held.readUInt8(6),
        pdu: this.#held.subarray(HEADER_BYTES, end),
      });
      this.#held = this.#held.subarray(end);
    }
    return requests;
  }

  /** Silence means nothing on TCP: the rest of a request may come at any time. */
  endOfSilence(): readonly Request[] {
    return [];
  }

  encode({ transactionId, unitId, pdu }: Request): Buffer {
    const frame = Buffer.alloc(HEADER_BYTES + pdu.length);
    frame.writeUInt16BE(transactionId, 0);
    frame.writeUInt16BE(pdu.length + 1, 4);
    frame.writeUInt8(unitId, 6);
    pdu.copy(frame, HEADER_BYTES);
    return frame;
  }
}
