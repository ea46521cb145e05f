import { once } from "node:events";

import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ByteStream, Serve } from "../../simulation/serve-bytes.ts";

/** One line of a simulated terminal: what is said on it goes to everybody who is connected. */
export class Wire {
  readonly #log: Log;
  readonly #listeners = new Set<ByteStream>();
  readonly #onBytes: (bytes: Buffer) => void;
  /** Whether the part behind it says nothing, though its line is there. */
  isMute = false;

  constructor(log: Log, onBytes: (bytes: Buffer) => void) {
    this.#log = log;
    this.#onBytes = onBytes;
  }

  readonly serve: Serve = async (line, signal) => {
    const { stream } = line;
    stream.on("data", (bytes: Buffer) => this.#onBytes(bytes));
    stream.on("error", (error) => this.#log.debug("line failed", { reason: asError(error).message }));
    this.#listeners.add(line);
    try {
      // Ends when the line closes or the simulator does.
      await once(stream, "close", { signal }).catch(() => undefined);
    } finally {
      this.#listeners.delete(line);
      stream.destroy();
    }
  };

  /** How many are connected. */
  get connections(): number {
    return this.#listeners.size;
  }

  say(bytes: Uint8Array): void {
    if (!this.isMute) this.sayAnyhow(bytes);
  }

  /** As somebody would who pulls at the wires. */
  sayAnyhow(bytes: Uint8Array): void {
    for (const { stream } of this.#listeners) if (!stream.destroyed && !stream.writableNeedDrain) stream.write(bytes);
  }

  hangUp(): void {
    for (const line of this.#listeners) line.hangUp();
  }
}
