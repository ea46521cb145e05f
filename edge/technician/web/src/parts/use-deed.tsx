import { Alert } from "antd";
import { useCallback, useState, type ReactNode } from "react";

import { Refused } from "../api/ask.ts";
import { useSpeech } from "../app/words.tsx";

/** Runs something at the gateway and shows why it did not work. */
export interface Deed {
  readonly isRunning: boolean;
  readonly problem: ReactNode;
  /** What is thrown and is no refusal is a bug, and is reported as one. */
  readonly run: (work: () => Promise<unknown>) => void;
}

export function useDeed(): Deed {
  const speech = useSpeech();
  const [isRunning, setRunning] = useState(false);
  const [refused, setRefused] = useState<Refused>();
  const run = useCallback((work: () => Promise<unknown>): void => {
    setRunning(true);
    setRefused(undefined);
    work()
      .catch((error: unknown) => {
        if (error instanceof Refused) setRefused(error);
        else reportError(error);
      })
      .finally(() => setRunning(false));
  }, []);
  const problem = refused !== undefined && (
    <Alert type="error" showIcon className="problem" title={speech.refusal(refused.refusal)} />
  );
  return { isRunning, problem, run };
}
