import { useEffect, useState } from "react";

import type { Demo, DemoSite } from "../../../api/schemas.ts";
import { askDemo, pullLever } from "../api/endpoints.ts";
import type { ApiError } from "../api/errors.ts";
import { asApiError } from "../api/errors.ts";

/** The simulated site of a demo and a hand on its levers. */
export interface DemoHandle {
  /** Undefined until it was read. */
  readonly demo: Demo | undefined;
  /** As it was read last; undefined where this fleet belongs to no demo. */
  readonly site: DemoSite | undefined;
  /** Why it could not be read just now. */
  readonly error: ApiError | undefined;
  /** Resolves when the lever was pulled and its simulator has answered. Rejects with an ApiError. */
  readonly pull: (simulator: string, lever: string, body?: object) => Promise<void>;
}

/** Reads the demo's site, and again so long after each answer, and at once after each pull. */
export function useDemo(everyMs: number): DemoHandle {
  const [demo, setDemo] = useState<Demo>();
  const [error, setError] = useState<ApiError>();
  const [pulls, setPulls] = useState(0);
  useEffect(() => {
    const leave = new AbortController();
    let timer: number | undefined;
    const look = async (): Promise<void> => {
      let isOver = false;
      try {
        const answer = await askDemo(leave.signal);
        isOver = !answer.isAvailable;
        if (leave.signal.aborted) return;
        setDemo(answer);
        setError(undefined);
      } catch (reason) {
        if (leave.signal.aborted) return;
        setError(asApiError(reason));
      }
      // A fleet without a demo does not become one while the page is open.
      if (!isOver) timer = window.setTimeout(lookUnlessHidden, everyMs);
    };
    const lookUnlessHidden = (): void => {
      if (document.hidden) timer = window.setTimeout(lookUnlessHidden, everyMs);
      else look().catch(() => {});
    };
    look().catch(() => {});
    return () => {
      leave.abort();
      window.clearTimeout(timer);
    };
  }, [everyMs, pulls]);
  const pull = async (simulator: string, lever: string, body?: object): Promise<void> => {
    try {
      await pullLever(simulator, lever, body);
    } catch (reason) {
      throw asApiError(reason);
    } finally {
      setPulls((before) => before + 1);
    }
  };
  return { demo, site: demo?.isAvailable === true ? demo : undefined, error, pull };
}
