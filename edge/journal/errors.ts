/**
 * | code | when |
 * | --- | --- |
 * | `journal/closed` | used after it was disposed, or its worker ended |
 * | `journal/queue-full` | more entries wait for the disk than `maxQueuedEntries` |
 * | `journal/disk` | the disk takes nothing for a reason other than being full, or cannot be read |
 * | `journal/too-large` | a body is over the wire's limit, a key or a state row over the journal's |
 */
export type JournalErrorCode = "journal/closed" | "journal/queue-full" | "journal/disk" | "journal/too-large";

/** The journal could not do what was asked. Branch on `code`, never on `message`. */
export class JournalError extends Error {
  override readonly name = "JournalError";
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
