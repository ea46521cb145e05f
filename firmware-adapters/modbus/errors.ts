/**
 * | code | when |
 * | --- | --- |
 * | `modbus/timeout` | nothing came back in time |
 * | `modbus/bad-frame` | something came back, but no answer to what was asked: garbage, half a frame, another unit's answer |
 * | `modbus/exception` | the unit refused; `exceptionCode` says why |
 * | `modbus/unverified` | on a serial line: an earlier late answer may still be on its way and could not be told from this one |
 * | `modbus/bad-settings` | a profile is unknown or a setting does not fit |
 * | `modbus/bad-value` | a value cannot be written into the point's registers |
 */
export type ModbusErrorCode =
  | "modbus/timeout"
  | "modbus/bad-frame"
  | "modbus/exception"
  | "modbus/unverified"
  | "modbus/bad-settings"
  | "modbus/bad-value";

/** A Modbus operation failed. Branch on `code` and `exceptionCode`, never on `message`. */
export class ModbusError extends Error {
  override readonly name = "ModbusError";
  readonly code: ModbusErrorCode;
  /** The unit's own word where it refused. */
  readonly exceptionCode: number | undefined;

  constructor(
    code: ModbusErrorCode,
    message: string,
    options: ErrorOptions & { readonly exceptionCode?: number } = {},
  ) {
    super(message, options);
    this.code = code;
    this.exceptionCode = options.exceptionCode;
  }
}

/** Exception codes this adapter acts upon. MODBUS Application Protocol V1.1b3, section 7. */
export const EXCEPTION = {
  illegalFunction: 1,
  illegalAddress: 2,
  illegalValue: 3,
  deviceFailure: 4,
  acknowledge: 5,
  deviceBusy: 6,
  gatewayPathUnavailable: 0x0a,
  gatewayTargetSilent: 0x0b,
} as const;

const EXCEPTION_WORDS: Readonly<Record<number, string>> = {
  1: "illegal function",
  2: "illegal data address",
  3: "illegal data value",
  4: "device failure",
  5: "acknowledge, still working",
  6: "device busy",
  7: "negative acknowledge",
  8: "memory parity error",
  10: "gateway path unavailable",
  11: "gateway target did not answer",
};

/** The error for a refusal, in the specification's words. */
export function exceptionError(exceptionCode: number): ModbusError {
  const words = EXCEPTION_WORDS[exceptionCode] ?? "a code the specification does not know";
  return new ModbusError("modbus/exception", `exception ${exceptionCode}: ${words}`, { exceptionCode });
}
