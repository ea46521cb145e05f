import { useEffect, useState } from "react";

import type { ApiError } from "./errors.ts";
import { asApiError } from "./errors.ts";

/** How a question stands. While it is asked again the last answer stays readable. */
export type Query<T> =
  | { readonly kind: "loading"; readonly last: T | undefined }
  | { readonly kind: "ready"; readonly last: T }
  | { readonly kind: "failed"; readonly last: T | undefined; readonly error: ApiError };

/**
 * Asks when shown and whenever `key` changes; gives up when the page goes.
 *
 * @param key   names the question; another key forgets the answer of the one before.
 * @param round  asks the same question anew when it changes, keeping the last answer meanwhile.
 */
export function useQuery<T>(
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
  round: number | string = 0,
): Query<T> {
  const [held, setHeld] = useState<{ readonly key: string; readonly query: Query<T> }>();
  useEffect(() => {
    const giveUp = new AbortController();
    const settle = (change: (last: T | undefined) => Query<T>): void => {
      if (giveUp.signal.aborted) return;
      setHeld((before) => ({ key, query: change(before?.key === key ? before.query.last : undefined) }));
    };
    settle((last) => ({ kind: "loading", last }));
    ask(giveUp.signal).then(
      (answer) => settle(() => ({ kind: "ready", last: answer })),
      (error: unknown) => settle((last) => ({ kind: "failed", last, error: asApiError(error) })),
    );
    return () => {
      giveUp.abort();
    };
    // `ask` is a new function at each drawing; key and round say when the question is another one.
  }, [key, round]);
  return held?.key === key ? held.query : { kind: "loading", last: undefined };
}
