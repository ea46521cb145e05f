/** How the wait for a picture ended. */
export type Ending =
  | { readonly kind: "shown" }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unconfirmed"; readonly detail: string };

interface Waiter {
  readonly id: string;
  /** A look from before this says nothing. */
  readonly sinceMs: number;
  readonly resolve: (ending: Ending) => void;
}

const MAX_WAITING = 16;

/** Those who wait for a content to be seen on the sign. At most 16; the next is refused. */
export class Confirmations {
  readonly #waiters = new Set<Waiter>();

  get isFull(): boolean {
    return this.#waiters.size >= MAX_WAITING;
  }

  /** Waits for `id`. The caller bounds the wait by `signal`, whose abort ends it as unconfirmed. */
  async await(id: string, sinceMs: number, signal: AbortSignal): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    const waiter = { id, sinceMs, resolve };
    const onAbort = (): void => resolve({ kind: "unconfirmed", detail: "the sign did not show it in time" });
    signal.addEventListener("abort", onAbort, { once: true });
    if (signal.aborted) onAbort();
    this.#waiters.add(waiter);
    try {
      return await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", onAbort);
    }
  }

  /** The sign was seen to show this. */
  seen(id: string | undefined, atMs: number): void {
    for (const waiter of this.#waiters)
      if (waiter.id === id && waiter.sinceMs <= atMs) waiter.resolve({ kind: "shown" });
  }

  /** The sign does not take this content. */
  refuse(id: string, detail: string): void {
    for (const waiter of this.#waiters) if (waiter.id === id) waiter.resolve({ kind: "refused", detail });
  }

  /** What is wanted now is another content. */
  supersede(wantedId: string): void {
    const detail = "another text took its place before it was seen";
    for (const waiter of this.#waiters) if (waiter.id !== wantedId) waiter.resolve({ kind: "unconfirmed", detail });
  }

  /** The sign cannot be reached. */
  lose(detail: string): void {
    for (const waiter of this.#waiters) {
      waiter.resolve({ kind: "unconfirmed", detail: `${detail}; it is shown as soon as the sign is back` });
    }
  }
}
