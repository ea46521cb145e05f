import type { RefusalView } from "../../../server/views.ts";

/** The gateway turned something down, or did not answer (`unreachable`). */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: RefusalView;

  constructor(refusal: RefusalView) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/**
 * Asks the gateway.
 *
 * @param path  below `/api`.
 * @throws Refused
 */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return await send<T>(path, signal === undefined ? {} : { signal });
}

/**
 * Does something at the gateway.
 *
 * @throws Refused
 */
export async function act<T>(path: string, body: object = {}): Promise<T> {
  const headers = { "content-type": "application/json" };
  return await send<T>(path, { method: "POST", headers, body: JSON.stringify(body) });
}

async function send<T>(path: string, init: RequestInit): Promise<T> {
  let response: Response;
  try {
    response = await fetch(`/api${path}`, { ...init, credentials: "same-origin" });
  } catch (error) {
    throw new Refused({ code: "unreachable", message: error instanceof Error ? error.message : String(error) });
  }
  const answer: unknown = await response.json().catch(() => ({ code: "unreachable", message: response.statusText }));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway that serves this page answers from the same build
  if (!response.ok) throw new Refused(answer as RefusalView);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway that serves this page answers from the same build
  return answer as T;
}
