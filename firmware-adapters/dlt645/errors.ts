/**
 * | code | when |
 * | --- | --- |
 * | `dlt645/timeout` | the meter said nothing in time |
 * | `dlt645/bad-frame` | something came back, but no answer to what was asked: garbage, half a frame, another item's answer |
 * | `dlt645/refused` | the meter refused; `errorWord` says why |
 * | `dlt645/unverified` | an earlier late answer may still be on its way and could not be told from this one |
 * | `dlt645/bad-settings` | a setting does not fit |
 */
export type Dlt645ErrorCode =
  | "dlt645/timeout"
  | "dlt645/bad-frame"
  | "dlt645/refused"
  | "dlt645/unverified"
  | "dlt645/bad-settings";

/** A meter could not be read. Branch on `code`, never on `message`. */
export class Dlt645Error extends Error {
  override readonly name = "Dlt645Error";
  readonly code: Dlt645ErrorCode;
  /** The meter's own word where it refused, one bit a reason. */
  readonly errorWord: number | undefined;

  constructor(code: Dlt645ErrorCode, message: string, options: ErrorOptions & { readonly errorWord?: number } = {}) {
    super(message, options);
    this.code = code;
    this.errorWord = options.errorWord;
  }
}

/** What the bits of the error word mean, lowest first. DL/T 645-2007, error information word ERR. */
const ERROR_WORDS = [
  "other error",
  "no such data",
  "password wrong or not authorised",
  "baud rate cannot be changed",
  "too many yearly time zones",
  "too many daily periods",
  "too many tariffs",
  "reserved",
];

/** The error for a refusal, in the standard's words. */
export function refusalError(errorWord: number): Dlt645Error {
  const words = ERROR_WORDS.filter((_, bit) => (errorWord & (1 << bit)) !== 0);
  const hex = errorWord.toString(16).padStart(2, "0");
  return new Dlt645Error("dlt645/refused", `error word ${hex}: ${words.join(", ") || "no reason given"}`, {
    errorWord,
  });
}
