import type { LinkSettings } from "./settings.ts";

/** Higher goes first on a shared line: an alarm's actuator before an operator's command before a poll. */
export type LinkPriority = "alarm" | "command" | "poll";

/** A byte stream while one exchange owns it. */
export interface BytePort {
  write(bytes: Uint8Array): Promise<void>;
  /** Waits for more bytes. Rejects with LinkError `link/timeout` after `timeoutMs`, `link/down` when the line is lost. */
  read(timeoutMs: number): Promise<Uint8Array>;
  /** Throws away what has arrived until the line has been silent for `quietMs`, or `withinMs` is over. */
  drain(quietMs: number, withinMs: number): Promise<void>;
}

/**
 * One serial line, serial server or TCP endpoint: one owner, one mutex, one schedule, however many devices are on it.
 * It keeps itself open with back-off; while it is down every exchange fails at once with `link/down`.
 */
export interface Link extends AsyncDisposable {
  readonly id: string;
  readonly kind: LinkSettings["kind"];
  readonly settings: LinkSettings;
  /**
   * Runs `work` as the only user of the line. Waiting exchanges go by priority, then first come, first served.
   *
   * @throws LinkError `link/down` while there is no connection, `link/busy` when too many wait already.
   */
  exclusive<T>(priority: LinkPriority, signal: AbortSignal, work: (port: BytePort) => Promise<T>): Promise<T>;
}
