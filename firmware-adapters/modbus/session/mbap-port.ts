// oxlint-disable no-underscore-dangle -- the names of the fields by which modbus-serial and its ports talk
import { EventEmitter } from "node:events";
import type { Socket } from "node:net";

import { crc16Modbus } from "@outpost/kernel/crc16.ts";

const HEADER_BYTES = 6;
const CRC_BYTES = 2;
/** Unit id, function code and at most 252 bytes of data; the shortest answer is a refusal. */
const MIN_LENGTH = 3;
const MAX_LENGTH = 254;
/** modbus-serial keeps the last transaction under each id, so that this many stay in memory. */
const TRANSACTION_IDS = 256;

/**
 * The port modbus-serial speaks through: MBAP framing on a socket that the link owns.
 *
 * Its own TCP port takes any two bytes for a length and waits for as many as they say, so that one burst of garbage
 * swallows the true answers after it; it does not look at the protocol id; and it computes every answer's CRC bit by
 * bit, which is a fifth of the time of a request. The fields with underscores are modbus-serial's contract with ports.
 *
 * @see MODBUS Messaging on TCP/IP Implementation Guide V1.0b, section 3.1.3
 */
export class MbapPort extends EventEmitter {
  readonly isOpen = true;
  _transactionIdRead = 1;
  _transactionIdWrite = 1;
  readonly #socket: Socket;
  readonly #onFault: (fault: string) => void;
  #waiting: Buffer = Buffer.alloc(0);
  #isBroken = false;

  /** @param onFault  called once, when the stream turns out not to be Modbus TCP: only a new connection helps. */
  constructor(socket: Socket, onFault: (fault: string) => void) {
    super();
    this.#socket = socket;
    this.#onFault = onFault;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  open(callback: (error?: Error) => void): void {
    callback();
  }

  /** @param adu  unit id, PDU and the CRC that serial lines need and TCP does not. */
  write(adu: Buffer): void {
    const length = adu.length - CRC_BYTES;
    const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
    frame.writeUInt16BE(this._transactionIdWrite, 0);
    frame.writeUInt16BE(0, 2);
    frame.writeUInt16BE(length, 4);
    adu.copy(frame, HEADER_BYTES, 0, length);
    this._transactionIdWrite = (this._transactionIdWrite + 1) % TRANSACTION_IDS;
    this.#socket.write(frame);
  }

  #take(bytes: Buffer): void {
    if (this.#isBroken) return;
    let waiting = this.#waiting.length === 0 ? bytes : Buffer.concat([this.#waiting, bytes]);
    while (waiting.length >= HEADER_BYTES) {
      const length = waiting.readUInt16BE(4);
      if (waiting.readUInt16BE(2) !== 0 || length < MIN_LENGTH || length > MAX_LENGTH) return this.#break(waiting);
      const end = HEADER_BYTES + length;
      if (waiting.length < end) break;
      this.#hand(waiting.subarray(0, end));
      waiting = waiting.subarray(end);
    }
    this.#waiting = waiting;
  }

  #hand(frame: Buffer): void {
    const adu = Buffer.allocUnsafe(frame.length - HEADER_BYTES + CRC_BYTES);
    frame.copy(adu, 0, HEADER_BYTES);
    // modbus-serial checks a CRC whatever the transport.
    adu.writeUInt16LE(crc16Modbus(adu.subarray(0, -CRC_BYTES)), adu.length - CRC_BYTES);
    this._transactionIdRead = frame.readUInt16BE(0);
    this.emit("data", adu);
  }

  #break(waiting: Buffer): void {
    this.#isBroken = true;
    this.#waiting = Buffer.alloc(0);
    this.#onFault(`not a Modbus TCP frame: ${waiting.subarray(0, 16).toString("hex")}`);
  }
}
