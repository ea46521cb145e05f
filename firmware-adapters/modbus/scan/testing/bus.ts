import { once } from "node:events";
import { createServer, type Socket } from "node:net";

import { systemClock } from "@outpost/kernel/clock.ts";

import { encodeFrame } from "../../session/rtu-frame.ts";
import type { Identification } from "../identification.ts";

/** A unit on a bus. */
export interface BusUnit {
  readonly unitId: number;
  readonly thinksMs?: number;
  /** Refuses to read, with this code. */
  readonly exceptionCode?: number;
  readonly identification?: Identification;
  /** Says it one object at a time. */
  readonly isTerse?: boolean;
}

/** A serial line behind a serial server, with whatever units are on it. */
export interface Bus extends AsyncDisposable {
  readonly port: number;
  /** Every request, in hexadecimal without CRC. */
  readonly requests: readonly string[];
  /** Breaks the line. */
  cut(): void;
}

export interface BusOptions {
  /** The converter gives back what it is sent. */
  readonly isEchoed?: boolean;
  /** Sends this for as long as it lives, every 2 ms: another master. */
  readonly chatter?: Buffer;
}

const ILLEGAL_FUNCTION = 1;
const REQUEST_BYTES: Readonly<Record<number, number>> = { 3: 8, 43: 7 };

/** Puts units on a line. Those that begin to answer at the same moment destroy each other's answers. */
export async function startBus(units: readonly BusUnit[], options: BusOptions = {}): Promise<Bus> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    const { chatter } = options;
    if (chatter !== undefined) {
      const timer = setInterval(() => socket.write(chatter), 2);
      socket.on("close", () => clearInterval(timer));
    }
    let waiting: Buffer = Buffer.alloc(0);
    socket.on("data", (bytes: Buffer) => {
      waiting = Buffer.concat([waiting, bytes]);
      for (;;) {
        const length = REQUEST_BYTES[waiting[1] ?? 0] ?? 8;
        if (waiting.length < length) return;
        const request = waiting.subarray(0, length);
        waiting = waiting.subarray(length);
        requests.push(request.subarray(0, -2).toString("hex"));
        if (options.isEchoed === true) socket.write(request);
        answerAll(socket, request, units);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    requests,
    cut,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

function answerAll(socket: Socket, request: Buffer, units: readonly BusUnit[]): void {
  const moments = new Map<number, Buffer[]>();
  for (const unit of units.filter(({ unitId }) => unitId === request[0])) {
    const thinksMs = unit.thinksMs ?? 2;
    const frame = encodeFrame(unit.unitId, answerPdu(unit, request));
    moments.set(thinksMs, [...(moments.get(thinksMs) ?? []), frame]);
  }
  for (const [thinksMs, frames] of moments) {
    systemClock.sleep(thinksMs).then(
      () => socket.write(frames.reduce(collided)),
      () => undefined,
    );
  }
}

/** Two drivers on one pair: where they differ, what is read is neither's. */
function collided(one: Buffer, other: Buffer): Buffer {
  const both = Buffer.alloc(Math.max(one.length, other.length));
  for (const index of both.keys()) both[index] = (one[index] ?? 0xff) & (other[index] ?? 0xff);
  return both;
}

function answerPdu({ exceptionCode, identification, isTerse, unitId }: BusUnit, request: Buffer): Buffer {
  const code = request.readUInt8(1);
  if (code === 3) return exceptionCode === undefined ? Buffer.of(3, 2, 0x12, unitId) : Buffer.of(0x83, exceptionCode);
  if (identification === undefined) return Buffer.of(code | 0x80, ILLEGAL_FUNCTION);
  const { vendor = "", product = "", revision = "" } = identification;
  const first = request.readUInt8(4);
  const objects = [vendor, product, revision].map((text, id) =>
    Buffer.concat([Buffer.of(id, text.length), Buffer.from(text, "latin1")]),
  );
  const sent = objects.slice(first, isTerse === true ? first + 1 : undefined);
  const hasMore = first + sent.length < objects.length;
  const header = Buffer.of(0x2b, 0x0e, 1, 0x81, hasMore ? 0xff : 0, hasMore ? first + sent.length : 0, sent.length);
  return Buffer.concat([header, ...sent]);
}
