import type { BadReason } from "../../event.ts";

/**
 * What a round of requests showed: `answered` with values, `refused` everything it was asked, or `gone`: no request
 * came through, and asking on would only keep the line from others.
 */
export type RoundResult =
  | { readonly kind: "answered" }
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "gone"; readonly reason: BadReason; readonly detail: string };

/**
 * How a device stands with us. `refusing`: it is there but gives no value. `garbled`: something answers that cannot be
 * understood: a wrong baud rate, two units of one number, a bad cable. `lost`: nothing answers.
 */
export interface Health {
  readonly phase: "starting" | "online" | "refusing" | "garbled" | "lost";
  readonly detail: string;
  /** Why nothing answers is known: the link itself is down. */
  readonly isLinkDown: boolean;
  /** Rounds in a row that brought refusals only. */
  readonly refusedRounds: number;
}

export const STARTING: Health = { phase: "starting", detail: "", isLinkDown: false, refusedRounds: 0 };

/** A device may refuse one odd register for a round; refusing everything for so many means it does not do its work. */
const REFUSED_ROUNDS_TO_FAULT = 3;

/** Judges one round. */
export function judgeRound(health: Health, result: RoundResult): Health {
  switch (result.kind) {
    case "answered":
      return { phase: "online", detail: "answers", isLinkDown: false, refusedRounds: 0 };
    case "refused": {
      const refusedRounds = health.refusedRounds + 1;
      const isFault = refusedRounds >= REFUSED_ROUNDS_TO_FAULT || isProbed(health);
      if (!isFault) return { ...health, refusedRounds };
      return { phase: "refusing", detail: `refuses every request: ${result.detail}`, isLinkDown: false, refusedRounds };
    }
    case "gone": {
      const phase = result.reason === "bad-frame" ? "garbled" : "lost";
      const detail = `${result.reason}: ${result.detail}`;
      return { phase, detail, isLinkDown: result.reason === "link-down", refusedRounds: 0 };
    }
  }
}

/** Whether the device is asked by single probes with back-off instead of at its poll groups' pace. */
export function isProbed(health: Health): boolean {
  return health.phase === "lost" || health.phase === "garbled";
}

/** The state the rest of the gateway sees; undefined until there is something to say. */
export function deviceState(health: Health): "online" | "offline" | "fault" | undefined {
  switch (health.phase) {
    case "starting":
      return undefined;
    case "online":
      return "online";
    case "refusing":
    case "garbled":
      return "fault";
    case "lost":
      return "offline";
  }
}
