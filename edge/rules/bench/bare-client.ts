import { once } from "node:events";
import { connect, type Socket } from "node:net";

const POLL_MS = 50;
const READ_EVENT = Buffer.from([0, 1, 0, 0, 0, 6, 1, 2, 0, 0, 0, 1]);
const READ_ACTUATOR = Buffer.from([0, 2, 0, 0, 0, 6, 1, 1, 0, 0, 0, 1]);

/**
 * The shortest thing that does the same: polls the event and writes the actuator in the turn in which it changed. No
 * rules, no records, no checks of anything; what it needs is what the machine and the line need.
 */
export async function runBareClient(port: number, signal: AbortSignal): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  socket.setNoDelay(true);
  await once(socket, "connect");
  let actuator = 0;
  while (!signal.aborted) {
    const event = (await ask(socket, READ_EVENT)).at(-1) ?? 0;
    if (event !== actuator) {
      actuator = event;
      await ask(socket, Buffer.from([0, 3, 0, 0, 0, 6, 1, 5, 0, 0, event === 1 ? 0xff : 0, 0]));
    }
    await ask(socket, READ_ACTUATOR);
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_MS);
    });
  }
  socket.destroy();
}

/** The device answers each request in one piece, so that one chunk is one answer. */
async function ask(socket: Socket, request: Buffer): Promise<Buffer> {
  socket.write(request);
  const [answer]: Buffer[] = await once(socket, "data");
  return answer ?? Buffer.alloc(0);
}
