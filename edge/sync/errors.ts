/**
 * | code | when |
 * | --- | --- |
 * | `sync/connect` | no connection to the broker, or it refused us |
 * | `sync/lost` | the connection ended |
 * | `sync/no-answer` | the broker is there, but the fleet answers nothing |
 */
export type SyncErrorCode = "sync/connect" | "sync/lost" | "sync/no-answer";

/** A session with the fleet could not begin or ended. Branch on `code`, never on `message`. */
export class SyncError extends Error {
  override readonly name = "SyncError";
  readonly code: SyncErrorCode;

  constructor(code: SyncErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
