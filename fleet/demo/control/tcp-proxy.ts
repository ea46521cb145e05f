import { connect, createServer, type Server, type Socket } from "node:net";

/** How the line behaves. `half-open`: bytes vanish and nobody is told, as when a modem loses its cell. */
export type LineState = "open" | "cut" | "half-open" | "slow";

/** Which end bytes come from: `near` is whoever called the proxy. */
export type LineEnd = "near" | "far";

/** A line between a gateway and its broker that can be made to fail in the ways real lines do. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  readonly state: LineState;
  /** `cut` resets what is connected and refuses what comes; `slow` lets 32 KiB/s through. */
  set(state: LineState): void;
  /**
   * Looks at what either end sends, in the turn in which it comes and before it goes on: a state that `onBytes` sets is
   * one that these bytes meet, and bytes that it changes go on changed.
   */
  watch(onBytes: (bytes: Buffer, from: LineEnd) => void): Disposable;
}

const SLOW_CHUNK_BYTES = 1_600;
const SLOW_EVERY_MS = 50;
const HOST = "127.0.0.1";

/** Listens on `listenPort` (0: any free one) and passes bytes on to `targetPort`, both on loopback. */
export async function startTcpProxy(targetPort: number, listenPort = 0): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const watchers = new Set<(bytes: Buffer, from: LineEnd) => void>();
  let state: LineState = "open";
  const server: Server = createServer((near) => {
    if (state === "cut") {
      near.resetAndDestroy();
      return;
    }
    const far = connect(targetPort, HOST);
    const pair = [near, far] as const;
    pairs.add(pair);
    const stateFor = (from: LineEnd) => (bytes: Buffer) => {
      for (const watch of watchers) watch(bytes, from);
      return state;
    };
    pass(near, far, stateFor("near"));
    pass(far, near, stateFor("far"));
    for (const socket of pair) {
      socket.on("error", () => {});
      socket.on("close", () => {
        // A half-open line tells neither end that the other has gone, until it is mended.
        if (state !== "half-open") for (const other of pair) other.destroy();
        if (pair.every(({ destroyed }) => destroyed)) pairs.delete(pair);
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(listenPort, HOST, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listenPort,
    get state() {
      return state;
    },
    set(next) {
      const wasHalfOpen = state === "half-open";
      state = next;
      // What vanished on a half-open line is gone: a connection that lived through it has lost bytes and must end.
      if (next === "cut" || wasHalfOpen) for (const pair of pairs) for (const socket of pair) socket.resetAndDestroy();
    },
    watch(onBytes) {
      watchers.add(onBytes);
      return { [Symbol.dispose]: () => watchers.delete(onBytes) };
    },
    async [Symbol.asyncDispose]() {
      for (const pair of pairs) for (const socket of pair) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pass(from: Socket, to: Socket, stateFor: (bytes: Buffer) => LineState): void {
  from.on("data", (chunk: Buffer) => {
    switch (stateFor(chunk)) {
      case "cut":
      case "half-open":
        return;
      case "open":
        if (!to.write(chunk)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
        return;
      case "slow":
        from.pause();
        passSlowly(chunk, to, () => from.resume());
        return;
    }
  });
}

function passSlowly(chunk: Buffer, to: Socket, done: () => void): void {
  if (chunk.length === 0 || to.destroyed) {
    done();
    return;
  }
  to.write(chunk.subarray(0, SLOW_CHUNK_BYTES));
  setTimeout(() => passSlowly(chunk.subarray(SLOW_CHUNK_BYTES), to, done), SLOW_EVERY_MS);
}
