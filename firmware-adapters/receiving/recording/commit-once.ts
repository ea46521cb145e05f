import type { CommitRequest, DeviceDeps } from "../../adapter.ts";

/**
 * `committed`, `known`: acknowledge it. `failed`: the disk did not take it, so that the sender must send it again. `busy`:
 * too many are being written; nothing was published.
 */
export type CommitResult = "committed" | "known" | "failed" | "busy";

/** A disk that hangs must not gather what senders repeat. */
const MAX_UNDER_WAY = 64;

/**
 * Commits what stations send until it is acknowledged. A repetition that comes while the first is still being written
 * shares its fate, so that it is published once and both are answered.
 */
export class CommitOnce {
  readonly #deps: Pick<DeviceDeps, "commit" | "memory" | "log">;
  readonly #signal: AbortSignal;
  readonly #underWay = new Map<string, Promise<CommitResult>>();

  /** @param signal  the device's life. */
  constructor(deps: Pick<DeviceDeps, "commit" | "memory" | "log">, signal: AbortSignal) {
    this.#deps = deps;
    this.#signal = signal;
  }

  /** @param prepare  called only for what is new here: it notes what it publishes. */
  async commit(key: string, prepare: () => Omit<CommitRequest, "key">): Promise<CommitResult> {
    const first = this.#underWay.get(key);
    if (first !== undefined) return await first;
    if (this.#underWay.size >= MAX_UNDER_WAY) return "busy";
    const result = this.#write({ key, ...prepare() });
    this.#underWay.set(key, result);
    return await result.finally(() => this.#underWay.delete(key));
  }

  async #write(request: CommitRequest): Promise<CommitResult> {
    try {
      if (request.events.length > 0) return await this.#deps.commit(request, this.#signal);
      // A commit's key and rows go to disk with its events. Where there are none, the rows go alone, and a repetition
      // writes the same rows again.
      if (request.rows !== undefined) await this.#deps.memory.save(request.rows);
      return "committed";
    } catch (error) {
      // Whatever the reason, the sender is not answered and sends again; there is nothing else to be done about it here.
      if (!this.#signal.aborted) this.#deps.log.warn("not acknowledged", { key: request.key, reason: String(error) });
      return "failed";
    }
  }
}
