import { createServer } from "node:net";
import type { Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";
import { crc16Modbus } from "@outpost/kernel/crc16.ts";

import { answer, numberedMemory, refusal } from "./memory.ts";
import type { UnitMemory } from "./memory.ts";

/** What the unit does with one request instead of answering it. Delays are in milliseconds. */
export type Behaviour =
  | { readonly kind: "answer" }
  | { readonly kind: "late"; readonly delayMs: number }
  | { readonly kind: "silent" }
  /** Does what it was told, and the answer is lost. */
  | { readonly kind: "obey-silently" }
  | { readonly kind: "refuse"; readonly exceptionCode: number }
  | { readonly kind: "garbage"; readonly bytes: Buffer }
  | { readonly kind: "noise-first"; readonly bytes: Buffer }
  | { readonly kind: "half" }
  | { readonly kind: "wrong-unit" }
  | { readonly kind: "wrong-function" }
  | { readonly kind: "wrong-count" }
  | { readonly kind: "broken-check" }
  | { readonly kind: "in-pieces" }
  | { readonly kind: "twice" }
  | { readonly kind: "reset" }
  | { readonly kind: "close" };

export interface UnitRequest {
  readonly unitId: number;
  readonly pdu: Buffer;
}

export interface UnitOptions {
  readonly framing: "tcp" | "rtu";
  readonly memory?: UnitMemory;
  /** Units that exist on this line; requests to others stay unanswered. */
  readonly unitIds?: readonly number[];
  /** A unit of one mind: it begins with a request when the one before is answered, and each takes so long. */
  readonly thinksMs?: number;
  behave?(request: UnitRequest, count: number): Behaviour;
}

/** A unit, or several on one line, behind a TCP port: Modbus TCP, or RTU as a serial server carries it. */
export interface ScriptedUnit extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly UnitRequest[];
  /** Resolves when the next request arrives. */
  nextRequest(): Promise<void>;
  /** Cuts all connections. */
  cut(): void;
}

/** Starts a scripted unit on a free port, or on `port` again after it was stopped. */
export async function startUnit(options: UnitOptions, port = 0): Promise<ScriptedUnit> {
  const requests: UnitRequest[] = [];
  const sockets = new Set<Socket>();
  const memory = options.memory ?? numberedMemory();
  let asked = Promise.withResolvers<void>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    let turn = Promise.resolve();
    serve(socket, options, (request, header) => {
      requests.push(request);
      asked.resolve();
      asked = Promise.withResolvers<void>();
      if (!(options.unitIds ?? [1]).includes(request.unitId)) return;
      const behaviour = options.behave?.(request, requests.length) ?? { kind: "answer" };
      const reaction = {
        request,
        behaviour,
        memory,
        frame: (reply: UnitRequest) => frame(options.framing, header, reply),
      };
      if (options.thinksMs === undefined) return react(socket, reaction);
      const thinksMs = behaviour.kind === "late" ? behaviour.delayMs : options.thinksMs;
      turn = afterThinking(turn, thinksMs, () => react(socket, { ...reaction, behaviour: { kind: "answer" } }));
    });
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, "127.0.0.1", () => resolve());
  await promise;
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: address.port,
    requests,
    nextRequest: () => asked.promise,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      cut();
      await closed;
    },
  };
}

async function afterThinking(turn: Promise<void>, thinksMs: number, reply: () => void): Promise<void> {
  await turn;
  await systemClock.sleep(thinksMs);
  reply();
}

type Take = (request: UnitRequest, header: Buffer) => void;

function serve(socket: Socket, { framing }: UnitOptions, take: Take): void {
  let waiting: Buffer = Buffer.alloc(0);
  socket.on("data", (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    for (;;) {
      const length = framing === "tcp" ? tcpLength(waiting) : rtuLength(waiting);
      if (length === undefined || waiting.length < length) return;
      const one = waiting.subarray(0, length);
      waiting = waiting.subarray(length);
      if (framing === "tcp") take({ unitId: one.readUInt8(6), pdu: one.subarray(7) }, one.subarray(0, 4));
      else take({ unitId: one.readUInt8(0), pdu: one.subarray(1, -2) }, Buffer.alloc(0));
    }
  });
}

function tcpLength(bytes: Buffer): number | undefined {
  return bytes.length < 6 ? undefined : 6 + bytes.readUInt16BE(4);
}

function rtuLength(bytes: Buffer): number | undefined {
  if (bytes.length < 8) return undefined;
  return bytes[1] === 16 ? 9 + bytes.readUInt8(6) : 8;
}

function frame(framing: "tcp" | "rtu", header: Buffer, { unitId, pdu }: UnitRequest): Buffer {
  const body = Buffer.concat([Buffer.of(unitId), pdu]);
  const rest = Buffer.alloc(2);
  if (framing === "tcp") {
    rest.writeUInt16BE(body.length);
    return Buffer.concat([header, rest, body]);
  }
  rest.writeUInt16LE(crc16Modbus(body));
  return Buffer.concat([body, rest]);
}

interface Reaction {
  readonly request: UnitRequest;
  readonly behaviour: Behaviour;
  readonly memory: UnitMemory;
  frame(reply: UnitRequest): Buffer;
}

function react(socket: Socket, reaction: Reaction): void {
  const { request, behaviour, memory } = reaction;
  const { unitId, pdu } = request;
  const framed = (reply: UnitRequest): Buffer => reaction.frame(reply);
  const truth = (): Buffer => framed({ unitId, pdu: answer(pdu, memory) });
  const code = pdu.readUInt8(0);
  switch (behaviour.kind) {
    case "answer":
      return send(socket, truth());
    case "late": {
      // Computed when it is sent: the unit is slow, not out of date.
      setTimeout(() => send(socket, truth()), behaviour.delayMs);
      return;
    }
    case "silent":
      return;
    case "obey-silently":
      answer(pdu, memory);
      return;
    case "refuse":
      return send(socket, framed({ unitId, pdu: refusal(code, behaviour.exceptionCode) }));
    case "garbage":
      return send(socket, behaviour.bytes);
    case "noise-first":
      return send(socket, Buffer.concat([behaviour.bytes, truth()]));
    case "half":
      return send(socket, truth().subarray(0, 6));
    case "wrong-unit":
      return send(socket, framed({ unitId: unitId + 1, pdu: answer(pdu, memory) }));
    case "wrong-function":
      return send(
        socket,
        framed({ unitId, pdu: Buffer.concat([Buffer.of(code === 3 ? 4 : 3), answer(pdu, memory).subarray(1)]) }),
      );
    case "wrong-count":
      return send(socket, framed({ unitId, pdu: shorter(answer(pdu, memory)) }));
    case "broken-check":
      return send(socket, broken(truth()));
    case "in-pieces":
      return sendInPieces(socket, truth());
    case "twice":
      return send(socket, Buffer.concat([truth(), truth()]));
    case "reset":
      socket.resetAndDestroy();
      return;
    case "close":
      socket.end();
      return;
  }
}

function send(socket: Socket, bytes: Buffer): void {
  if (!socket.destroyed) socket.write(bytes);
}

/** One timer after the other: timers of several lengths may run in another order on a late loop. */
function sendInPieces(socket: Socket, bytes: Buffer): void {
  if (bytes.length === 0) return;
  send(socket, bytes.subarray(0, 1));
  setTimeout(() => sendInPieces(socket, bytes.subarray(1)), 1);
}

/** An answer that says it carries two bytes less than were asked for, and does. */
function shorter(pdu: Buffer): Buffer {
  if (pdu.length < 4) return pdu;
  const cut = Buffer.from(pdu.subarray(0, -2));
  cut.writeUInt8(cut.length - 2, 1);
  return cut;
}

function broken(frameBytes: Buffer): Buffer {
  const copy = Buffer.from(frameBytes);
  const at = copy.length - 1;
  copy.writeUInt8(copy.readUInt8(at) ^ 0x55, at);
  return copy;
}
