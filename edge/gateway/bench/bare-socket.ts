import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

const TEXT_FRAME = 0x81;
const CLOSE_FRAME = Buffer.from([0x88, 0x80, 0, 0, 0, 0]);
const MASKED = 0x80;
/** A length of 126 stands for one of two bytes that follows. */
const LONG = 126;

/**
 * The least of a WebSocket that a charge point needs: short text messages, uncompressed as nearly all charge points send
 * them. What it costs must not be measured.
 *
 * @see RFC 6455, section 5.2
 */
export class BareSocket {
  readonly #socket: Socket;
  readonly #onMessage: (text: string) => void;
  #pending: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket, onMessage: (text: string) => void) {
    this.#socket = socket;
    this.#onMessage = onMessage;
    socket.on("data", (bytes: Buffer) => this.#hear(bytes));
  }

  /** Connects and shakes hands. @throws Error where the other side does not want to. */
  static async open(
    port: number,
    path: string,
    protocol: string,
    onMessage: (text: string) => void,
  ): Promise<BareSocket> {
    const socket = connect(port, "127.0.0.1").setNoDelay(true);
    socket.on("error", () => socket.destroy());
    await once(socket, "connect");
    const lines = [
      `GET ${path} HTTP/1.1`,
      "Host: 127.0.0.1",
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      `Sec-WebSocket-Key: ${randomBytes(16).toString("base64")}`,
      `Sec-WebSocket-Protocol: ${protocol}`,
    ];
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
    const [answer]: Buffer[] = await once(socket, "data");
    const head = answer?.indexOf("\r\n\r\n") ?? -1;
    if (answer === undefined || head === -1 || !answer.toString("latin1").startsWith("HTTP/1.1 101 ")) {
      socket.destroy();
      throw new Error(`${path}: no handshake`);
    }
    const opened = new BareSocket(socket, onMessage);
    opened.#hear(answer.subarray(head + 4));
    return opened;
  }

  send(text: string): void {
    const body = Buffer.from(text);
    const isLong = body.length >= LONG;
    // The mask is four zeros: allowed, and it leaves the text as it is.
    const header = Buffer.alloc(isLong ? 8 : 6);
    header[0] = TEXT_FRAME;
    header[1] = MASKED | (isLong ? LONG : body.length);
    if (isLong) header.writeUInt16BE(body.length, 2);
    this.#socket.write(Buffer.concat([header, body]));
  }

  async close(): Promise<void> {
    const closed = once(this.#socket, "close");
    this.#socket.end(CLOSE_FRAME);
    await closed;
  }

  #hear(bytes: Buffer): void {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    for (;;) {
      const short = (this.#pending[1] ?? 0) & 0x7f;
      const start = short === LONG ? 4 : 2;
      if (this.#pending.length < start) return;
      const length = short === LONG ? this.#pending.readUInt16BE(2) : short;
      if (this.#pending.length < start + length) return;
      if (this.#pending[0] === TEXT_FRAME) this.#onMessage(this.#pending.toString("utf8", start, start + length));
      this.#pending = this.#pending.subarray(start + length);
    }
  }
}
