import type { LinkStatus } from "./link.ts";

/** How a link stands, and who wants to know of it. */
export class StatusBoard {
  readonly #listeners = new Set<(status: LinkStatus) => void>();
  #status: LinkStatus = { kind: "down", reason: "not opened yet" };

  get status(): LinkStatus {
    return this.#status;
  }

  /** @returns whether that is news. */
  turn(status: LinkStatus): boolean {
    const old = this.#status;
    if (old.kind === status.kind && (old.kind === "up" || status.kind === "up" || old.reason === status.reason)) {
      return false;
    }
    this.#status = status;
    for (const listener of this.#listeners) listener(status);
    return true;
  }

  /** Calls `listener` at once and at every change. */
  onStatus(listener: (status: LinkStatus) => void): Disposable {
    this.#listeners.add(listener);
    listener(this.#status);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }
}
