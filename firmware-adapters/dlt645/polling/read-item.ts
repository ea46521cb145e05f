import { LinkError } from "../../links/errors.ts";
import { lineFailure, type LineFailure } from "../../links/line-failure.ts";
import { Dlt645Error } from "../errors.ts";
import type { MeterSession } from "../session/session.ts";

/** What became of reading one item. */
export type ItemOutcome =
  | { readonly kind: "answered"; readonly payload: Buffer }
  | { readonly kind: "refused"; readonly detail: string }
  /** Nothing that could be understood came back for this item. */
  | { readonly kind: "unanswered"; readonly reason: "timeout" | "bad-frame"; readonly detail: string }
  /** An earlier answer may still come: nothing can be asked just now, and nothing follows for the meter. */
  | { readonly kind: "unverified"; readonly detail: string }
  | LineFailure;

/** Reads one item and says what became of it. @throws LinkError `link/closed`, or the signal's reason. */
export async function readItem(session: MeterSession, identifier: string, signal: AbortSignal): Promise<ItemOutcome> {
  try {
    return { kind: "answered", payload: await session.read(identifier, signal) };
  } catch (error) {
    if (error instanceof LinkError) return lineFailure(error);
    if (error instanceof Dlt645Error) return meterFailure(error);
    throw error;
  }
}

function meterFailure(error: Dlt645Error): ItemOutcome {
  const detail = error.message;
  switch (error.code) {
    case "dlt645/timeout":
      return { kind: "unanswered", reason: "timeout", detail };
    case "dlt645/bad-frame":
      return { kind: "unanswered", reason: "bad-frame", detail };
    case "dlt645/refused":
      return { kind: "refused", detail };
    case "dlt645/unverified":
      return { kind: "unverified", detail };
    case "dlt645/bad-settings":
      throw error;
  }
}
