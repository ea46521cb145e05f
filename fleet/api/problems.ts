/**
 * Everything the API refuses, with the HTTP status it says so with. `code` is what a program branches on.
 *
 * | code | when |
 * | --- | --- |
 * | `api/not-found` | there is no such address |
 * | `api/bad-request` | the request is not what its schema says; `faults` names each field |
 * | `api/too-large` | the body is over the limit |
 * | `api/too-many-requests` | more requests from this address than the limit |
 * | `api/cross-origin` | a page of another origin tries to change something |
 * | `api/unavailable` | the database does not answer now |
 * | `api/internal` | a fault of ours; the log says more |
 * | `gateway/unknown`, `device/unknown`, `point/unknown`, `alarm/unknown`, `command/unknown` | no such thing |
 * | `transaction/unknown` | the charge point has no such charging transaction |
 * | `alarm/stale` | the alarm has moved on since; nothing was changed |
 * | `command/gateway-offline` | the gateway has no live session: orders are never queued |
 * | `command/id-taken` | another command has this id |
 * | `command/not-sent` | the broker did not take it; it has no effect |
 * | `desired/no-entity-tag` | `If-Match` is missing: what did its author have before his eyes? |
 * | `desired/stale` | somebody wrote, or the site was changed, since; read it again |
 * | `desired/refused` | the site document has faults; `faults` names each with its line |
 * | `desired/unknown` | there is no such document |
 * | `desired/own` | a second person must approve, not the author |
 * | `enrol/unavailable` | this fleet has no authority for gateways |
 * | `claim/unknown`, `certificate/unknown`, `request/unknown` | no such thing, or it is over already |
 * | `demo/unavailable` | this fleet has no simulator to control |
 * | `demo/failed` | the simulator did not do it |
 */
export const PROBLEM_STATUS = {
  "api/not-found": 404,
  "api/bad-request": 400,
  "api/too-large": 413,
  "api/too-many-requests": 429,
  "api/cross-origin": 403,
  "api/unavailable": 503,
  "api/internal": 500,
  "gateway/unknown": 404,
  "device/unknown": 404,
  "point/unknown": 404,
  "alarm/unknown": 404,
  "transaction/unknown": 404,
  "alarm/stale": 409,
  "command/unknown": 404,
  "command/gateway-offline": 409,
  "command/id-taken": 409,
  "command/not-sent": 503,
  "desired/no-entity-tag": 428,
  "desired/stale": 412,
  "desired/refused": 422,
  "desired/unknown": 404,
  "desired/own": 409,
  "enrol/unavailable": 404,
  "claim/unknown": 404,
  "certificate/unknown": 404,
  "request/unknown": 404,
  "demo/unavailable": 404,
  "demo/failed": 502,
} as const;
export type ProblemCode = keyof typeof PROBLEM_STATUS;

/** One thing that is wrong with what was sent. `line` and `column` where it is a text, counting from 1. */
export interface ProblemFault {
  readonly path: string;
  readonly message: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A request that is refused. Branch on `code`, never on `message`. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly code: ProblemCode;
  readonly faults: readonly ProblemFault[] | undefined;

  constructor(
    code: ProblemCode,
    message: string,
    options?: ErrorOptions & { readonly faults?: readonly ProblemFault[] },
  ) {
    super(message, options);
    this.code = code;
    this.faults = options?.faults;
  }
}

/** Gives what is there, or refuses. @throws ApiError `code`. */
export function found<T>(value: T | undefined, code: ProblemCode, message: string): T {
  if (value === undefined) throw new ApiError(code, message);
  return value;
}
