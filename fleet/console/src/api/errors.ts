/** How the fleet says no: its code ("alarm/stale"), the status, and what it found wrong in what was sent. */
export interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly faults: readonly {
    readonly path: string;
    readonly message: string;
    readonly line?: number | undefined;
    readonly column?: number | undefined;
  }[];
}

/**
 * What can go wrong between the page and the fleet.
 *
 * | code | meaning |
 * | --- | --- |
 * | `api/unreachable` | No answer: the network is cut, the fleet is down, or it took longer than allowed. |
 * | `api/refused` | The fleet answered and said no; `refusal` carries its own code and words. |
 * | `api/not-understood` | The answer has another shape than this page knows: page and fleet differ in version. |
 */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: "api/unreachable" | "api/refused" | "api/not-understood";
  /** The fleet's word, where it answered. */
  readonly refusal: Refusal | undefined;

  constructor(code: ApiError["code"], message: string, options: ErrorOptions & { readonly refusal?: Refusal } = {}) {
    super(message, options);
    this.code = code;
    this.refusal = options.refusal;
  }
}

/** What a `catch` clause got, as an ApiError. */
export function asApiError(thrown: unknown): ApiError {
  return thrown instanceof ApiError ? thrown : new ApiError("api/unreachable", String(thrown), { cause: thrown });
}
