import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";

import { eventually } from "../../testing/fake-deps.ts";
import { bodyOf, frameOf } from "./independent.ts";

/** A panel as a stranger might write one: it sends bodies in frames of its own making, and keeps what it is answered. */
export interface TestPanel extends AsyncDisposable {
  /** The bodies of the answers, each in a sound frame. */
  readonly answers: readonly string[];
  readonly isConnected: boolean;
  send(bytes: Buffer): void;
  say(body: string): void;
  /** Says it, and says it again every second while nothing is answered, as panels do. */
  ask(body: string): Promise<string>;
}

/** @throws Error where nobody listens. */
export async function tcpPanel(port: number): Promise<TestPanel> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const failed = once(socket, "error").then(([error]) => Promise.reject(error));
  await Promise.race([once(socket, "connect"), failed]);
  failed.catch(() => undefined);
  const answers: string[] = [];
  let unread = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    unread = Buffer.concat([unread, bytes]);
    for (let end = unread.indexOf("\r"); end >= 0; end = unread.indexOf("\r")) {
      answers.push(bodyOf(unread.subarray(0, end + 1)));
      unread = unread.subarray(end + 1);
    }
  });
  return panel(answers, (bytes) => socket.write(bytes), {
    isConnected: () => !socket.destroyed,
    close: async () => {
      if (socket.closed) return;
      const closed = once(socket, "close");
      socket.destroy();
      await closed;
    },
  });
}

export async function udpPanel(port: number): Promise<TestPanel> {
  const socket = createSocket("udp4");
  const answers: string[] = [];
  socket.on("message", (bytes) => answers.push(bodyOf(bytes)));
  // An answer of the kernel that nobody listens is no reason to end.
  socket.on("error", () => undefined);
  return panel(answers, (bytes) => socket.send(bytes, port, "127.0.0.1"), {
    isConnected: () => true,
    close: async () => {
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  });
}

interface Way {
  isConnected(): boolean;
  close(): Promise<void>;
}

function panel(answers: readonly string[], send: (bytes: Buffer) => void, way: Way): TestPanel {
  return {
    answers,
    get isConnected() {
      return way.isConnected();
    },
    send,
    say: (body) => send(frameOf(body)),
    async ask(body) {
      const before = answers.length;
      let saidAtMs = Number.NEGATIVE_INFINITY;
      return await eventually(`an answer to ${body}`, () => {
        if (answers.length === before && performance.now() - saidAtMs >= 1_000) {
          saidAtMs = performance.now();
          send(frameOf(body));
        }
        return answers[before];
      });
    },
    [Symbol.asyncDispose]: () => way.close(),
  };
}
