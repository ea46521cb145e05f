import { asError } from "@outpost/kernel/thrown.ts";

/** Work that handlers of bytes have begun and cannot wait for. What fails in it fails the device: it is a bug. */
export class Tasks {
  readonly #failed = Promise.withResolvers<never>();

  /** One of the device's loops: rejects with the first failure, resolves when `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
    await Promise.race([this.#failed.promise, stopped]);
  }

  begin(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.#failed.reject(asError(error)));
  }
}
