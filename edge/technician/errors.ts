/**
 * What the technician page's API refuses, with the HTTP status it says so with. A program branches on `code`.
 *
 * | code | when |
 * | --- | --- |
 * | `technician/bad-request` | the request is not what its schema says |
 * | `technician/not-signed-in` | nobody is signed in, or no longer |
 * | `technician/wrong-pin` | the name or the PIN is wrong |
 * | `technician/locked-out` | too many wrong PINs; `waitMs` says for how long |
 * | `technician/cross-origin` | a page of another origin tries to change something |
 * | `technician/not-found` | there is no such address or thing |
 * | `technician/conflict` | it has changed meanwhile, or is under way already; nothing was changed |
 * | `technician/too-large` | the body is over the limit |
 * | `technician/refused` | it makes sense and is not allowed, or did not work; the message says why |
 * | `technician/busy` | too much is asked at once |
 * | `technician/internal` | a fault of ours; the log says more |
 */
export type TechnicianErrorCode =
  | "technician/bad-request"
  | "technician/not-signed-in"
  | "technician/wrong-pin"
  | "technician/locked-out"
  | "technician/cross-origin"
  | "technician/not-found"
  | "technician/conflict"
  | "technician/too-large"
  | "technician/refused"
  | "technician/busy"
  | "technician/internal";

export const STATUS_OF: Readonly<Record<TechnicianErrorCode, number>> = {
  "technician/bad-request": 400,
  "technician/not-signed-in": 401,
  "technician/wrong-pin": 401,
  "technician/locked-out": 429,
  "technician/cross-origin": 403,
  "technician/not-found": 404,
  "technician/conflict": 409,
  "technician/too-large": 413,
  "technician/refused": 422,
  "technician/busy": 503,
  "technician/internal": 500,
};

/** The page's API turned something down. Branch on `code`, never on `message`. */
export class TechnicianError extends Error {
  override readonly name = "TechnicianError";
  readonly code: TechnicianErrorCode;
  /** How long to wait before trying again, where that is known. */
  readonly waitMs: number | undefined;

  constructor(code: TechnicianErrorCode, message: string, options: ErrorOptions & { readonly waitMs?: number } = {}) {
    super(message, options);
    this.code = code;
    this.waitMs = options.waitMs;
  }
}
