import { useCallback, useEffect, useState } from "react";

import { ask, Refused } from "./ask.ts";

/** An answer that is asked for once and again when told to. */
export interface Asked<T> {
  readonly answer: T | undefined;
  readonly refused: Refused | undefined;
  readonly isAsking: boolean;
  readonly again: () => void;
}

/** Asks `path` when a part is shown, and again whenever `key` changes. */
export function useAsked<T>(path: string, key: number | string = 0): Asked<T> {
  const [answer, setAnswer] = useState<T>();
  const [refused, setRefused] = useState<Refused>();
  const [isAsking, setAsking] = useState(true);
  const [round, setRound] = useState(0);
  useEffect(() => {
    const left = new AbortController();
    setAsking(true);
    const look = async (): Promise<void> => {
      try {
        setAnswer(await ask<T>(path, left.signal));
        setRefused(undefined);
      } catch (error) {
        if (left.signal.aborted) return;
        if (!(error instanceof Refused)) throw error;
        setRefused(error);
      }
      setAsking(false);
    };
    look().catch(reportError);
    return () => left.abort();
  }, [path, key, round]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { answer, refused, isAsking, again };
}
