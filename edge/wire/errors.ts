/**
 * | code | when |
 * | --- | --- |
 * | `wire/too-large` | the message is over the limit of its kind |
 * | `wire/not-json` | the bytes are not UTF-8 JSON |
 * | `wire/bad-shape` | JSON, but not the message it should be |
 * | `wire/bad-batch` | a batch whose header or lines do not fit together |
 * | `wire/bad-document` | a site document that cannot be unpacked, or is another than it says |
 */
export type WireErrorCode =
  | "wire/too-large"
  | "wire/not-json"
  | "wire/bad-shape"
  | "wire/bad-batch"
  | "wire/bad-document";

/** Foreign bytes that are not what they should be. Branch on `code`, never on `message`. */
export class WireError extends Error {
  override readonly name = "WireError";
  readonly code: WireErrorCode;

  constructor(code: WireErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
