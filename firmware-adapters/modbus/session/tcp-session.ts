import type { Socket } from "node:net";

import type modbusSerial from "modbus-serial";

import { LinkError } from "../../links/errors.ts";
import type { TcpLink, TcpPort } from "../../links/link.ts";
import type { ReadRequest, Words, WriteRequest } from "../codec.ts";
import { isBitTable } from "../codec.ts";
import { ModbusError, exceptionError } from "../errors.ts";
import { MbapPort } from "./mbap-port.ts";
import type { Session, SessionSettings } from "./session.ts";

/** A connection that carries no byte for so many requests is taken for half open, and made anew. */
const SILENT_REQUESTS_BEFORE_RECONNECT = 4;

type Client = InstanceType<typeof modbusSerial.default>;
type MakeClient = new (port: MbapPort) => Client;
type Done<T> = (error: Error | null, result: T) => void;

/**
 * Opens a Modbus TCP session. modbus-serial speaks the protocol: its transaction ids keep late answers apart. What it
 * leaves open is closed here: socket and framing are ours, a lost connection ends the exchange at once, a stream that is
 * no Modbus TCP ends the connection, and the counts in an answer are checked.
 */
export async function openTcpSession(link: TcpLink, { unitId, timeoutMs }: SessionSettings): Promise<Session> {
  const { default: library } = await import("modbus-serial");
  const connection = link.shared(ModbusTcpConnection);
  return {
    read: (request, priority, signal) =>
      link.exclusive(priority, signal, async (port) => {
        const client = connection.clientOn(port, library.default);
        client.setTimeout(timeoutMs);
        const answer = await connection.exchange(port, (done: Done<ReadAnswer>) =>
          startRead(client, unitId, request, done),
        );
        return wordsOf(answer, request);
      }),
    write: (request, priority, signal) =>
      link.exclusive(priority, signal, async (port) => {
        const client = connection.clientOn(port, library.default);
        client.setTimeout(timeoutMs);
        await connection.exchange(port, (done: Done<WriteAnswer>) => startWrite(client, unitId, request, done));
      }),
  };
}

interface ReadAnswer {
  readonly data: readonly (number | boolean)[];
  readonly buffer: Buffer;
}

interface WriteAnswer {
  readonly address: number;
  readonly state?: boolean;
  readonly value?: number;
  readonly length?: number;
}

/** The one modbus-serial client of a link's present connection, shared by the units behind it. */
class ModbusTcpConnection {
  #socket: Socket | undefined;
  #client: Client | undefined;
  /** Ends the request under way; the link lets one at a time through. */
  #fail: ((error: unknown) => void) | undefined;
  #silentRequests = 0;

  /** One client a socket: transaction ids would repeat if every unit had its own. */
  clientOn(port: TcpPort, makeClient: MakeClient): Client {
    if (this.#client !== undefined && this.#socket === port.socket) return this.#client;
    const framing = new MbapPort(port.socket, (fault) => {
      this.#fail?.(new ModbusError("modbus/bad-frame", fault));
      port.drop(fault);
    });
    port.lost.addEventListener("abort", () => this.#fail?.(port.lost.reason), { once: true });
    const client = new makeClient(framing);
    client.open();
    this.#socket = port.socket;
    this.#silentRequests = 0;
    this.#client = client;
    return client;
  }

  /** Runs one request; modbus-serial itself would wait out the timeout when the connection breaks. */
  async exchange<T>(port: TcpPort, start: (done: Done<T>) => void): Promise<T> {
    port.lost.throwIfAborted();
    const bytesBefore = port.socket.bytesRead;
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#fail = reject;
        start((error, result) => (error == null ? resolve(result) : reject(translate(error))));
      });
    } finally {
      this.#fail = undefined;
      this.#countSilence(port, bytesBefore);
    }
  }

  #countSilence(port: TcpPort, bytesBefore: number): void {
    this.#silentRequests = port.socket.bytesRead === bytesBefore ? this.#silentRequests + 1 : 0;
    if (this.#silentRequests < SILENT_REQUESTS_BEFORE_RECONNECT) return;
    this.#silentRequests = 0;
    port.drop(`${SILENT_REQUESTS_BEFORE_RECONNECT} requests without a byte in answer`);
  }
}

function startRead(client: Client, unitId: number, request: ReadRequest, done: Done<ReadAnswer>): void {
  const { table, address, count } = request;
  switch (table) {
    case "coil":
      return client.writeFC1(unitId, address, count, done);
    case "discrete-input":
      return client.writeFC2(unitId, address, count, done);
    case "holding-register":
      return client.writeFC3(unitId, address, count, done);
    case "input-register":
      return client.writeFC4(unitId, address, count, done);
  }
}

function wordsOf({ data, buffer }: ReadAnswer, { table, count }: ReadRequest): Words {
  const bytes = isBitTable(table) ? Math.ceil(count / 8) : count * 2;
  // modbus-serial believes the byte count inside the answer, which may be smaller than the answer itself.
  if (buffer.length !== bytes) {
    throw new ModbusError("modbus/bad-frame", `byte count ${buffer.length} where ${bytes} were asked`);
  }
  return data.every(isNumber) ? data : data.slice(0, count).map(Number);
}

function isNumber(word: number | boolean): word is number {
  return typeof word === "number";
}

function startWrite(client: Client, unitId: number, request: WriteRequest, done: Done<WriteAnswer>): void {
  const { address } = request;
  const checked =
    (isRepeated: (answer: WriteAnswer) => boolean): Done<WriteAnswer> =>
    (error, answer) => {
      if (error != null || (answer.address === address && isRepeated(answer))) return done(error, answer);
      done(new ModbusError("modbus/bad-frame", `the unit repeats another write: ${JSON.stringify(answer)}`), answer);
    };
  if (request.kind === "coil") {
    const { value } = request;
    client.writeFC5(
      unitId,
      address,
      value,
      checked((answer) => answer.state === value),
    );
    return;
  }
  const [first, ...more] = request.words;
  if (first !== undefined && more.length === 0) {
    client.writeFC6(
      unitId,
      address,
      first,
      checked((answer) => answer.value === first),
    );
    return;
  }
  const { length } = request.words;
  client.writeFC16(
    unitId,
    address,
    [...request.words],
    checked((answer) => answer.length === length),
  );
}

/** modbus-serial says what went wrong in a code, a name, or only in words. */
function translate(error: Error): Error {
  if (error instanceof ModbusError) return error;
  if ("modbusCode" in error && typeof error.modbusCode === "number") return exceptionError(error.modbusCode);
  if (error.name === "TransactionTimedOutError") return new ModbusError("modbus/timeout", "no answer in time");
  if (error.name === "PortNotOpenError") return new LinkError("link/down", "the connection was just lost");
  return new ModbusError("modbus/bad-frame", error.message, { cause: error });
}
