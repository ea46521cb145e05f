/**
 * | code | when |
 * | --- | --- |
 * | `device/not-committed` | the journal did not take what a device sent: it must not be acknowledged |
 * | `device/memory-full` | a device wants to remember more, or longer, rows than it may |
 */
export type DeviceErrorCode = "device/not-committed" | "device/memory-full";

/** The gateway could not do what an adapter needs of it. Branch on `code`, never on `message`. */
export class DeviceError extends Error {
  override readonly name = "DeviceError";
  readonly code: DeviceErrorCode;

  constructor(code: DeviceErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
