import type { z } from "zod";

import { problem } from "../../../api/schemas.ts";
import { ApiError } from "./errors.ts";

const TIMEOUT_MS = 15_000;

export interface AskOptions {
  /** Sent as JSON; without it the question is a GET. */
  readonly body?: object;
  /** How a body is sent; POST unless given. */
  readonly method?: "POST" | "PUT";
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/**
 * Asks the fleet and checks the answer's shape.
 *
 * @param path  from the origin on: "/api/gateways".
 * @throws ApiError with every code of its table; the signal's reason where the asker gave up.
 */
export async function ask<T>(schema: z.ZodType<T>, path: string, options: AskOptions = {}): Promise<T> {
  const response = await send(path, options);
  const answer = await readJson(response, options.signal);
  if (!response.ok) throw refusal(response, answer);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ApiError("api/not-understood", `${path}: ${parsed.error.issues[0]?.message ?? "another shape"}`);
}

async function send(path: string, { body, method, headers, signal }: AskOptions): Promise<Response> {
  const bounded = AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]);
  const posted =
    body === undefined
      ? {}
      : {
          method: method ?? "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify(body),
        };
  try {
    return await fetch(path, { ...posted, signal: bounded, credentials: "same-origin", cache: "no-store" });
  } catch (error) {
    signal?.throwIfAborted();
    throw new ApiError("api/unreachable", path, { cause: error });
  }
}

async function readJson(response: Response, signal: AbortSignal | undefined): Promise<unknown> {
  if (response.status === 204) return undefined;
  try {
    return await response.json();
  } catch (error) {
    signal?.throwIfAborted();
    // A proxy in between answers with a page of its own when the fleet is away.
    if (!response.ok) return undefined;
    throw new ApiError("api/not-understood", `${response.url}: not JSON`, { cause: error });
  }
}

function refusal(response: Response, answer: unknown): ApiError {
  const parsed = problem.safeParse(answer);
  if (!parsed.success) return new ApiError("api/unreachable", `status ${response.status}`);
  const { code, detail, status, faults = [] } = parsed.data;
  return new ApiError("api/refused", detail, { refusal: { code, status, faults } });
}
