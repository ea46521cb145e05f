import type { BadReason } from "../../event.ts";
import type { LinkStatus } from "../../links/link.ts";

/** Whether a button can be believed just now. */
export type Presence =
  | { readonly kind: "online"; readonly reason: string }
  | {
      readonly kind: "lost";
      readonly state: "offline" | "fault";
      readonly reason: BadReason;
      readonly detail: string;
    };

/** What is known of a radio button's way to us. */
export interface RadioFacts {
  readonly link: LinkStatus;
  /** What the radio bridge or network server says of itself; undefined where it says nothing. */
  readonly isBridgeOnline: boolean | undefined;
  /** What it says of the button. */
  readonly isAvailable: boolean | undefined;
  readonly hasLeft: boolean;
  /** Why what the button last said could not be understood. */
  readonly misunderstood: string | undefined;
  readonly hasBeenHeard: boolean;
  readonly isOverdue: boolean;
}

/** The gravest of what is wrong, or that nothing is. */
export function presenceOf(facts: RadioFacts): Presence {
  if (facts.link.kind === "down") return offline("link-down", facts.link.reason);
  if (facts.isBridgeOnline === false) return offline("link-down", "the radio bridge says that it is offline");
  if (facts.hasLeft) return offline("not-available", "it left its radio network");
  if (facts.isAvailable === false) return offline("timeout", "the radio bridge says that it is offline for long");
  if (!facts.hasBeenHeard) return offline("not-yet-read", "never heard so far");
  if (facts.isOverdue) return offline("timeout", "nothing heard for too long");
  if (facts.misunderstood === undefined) return { kind: "online", reason: "heard" };
  return { kind: "lost", state: "fault", reason: "bad-frame", detail: facts.misunderstood };
}

function offline(reason: BadReason, detail: string): Presence {
  return { kind: "lost", state: "offline", reason, detail };
}

/** Whether there is anything to tell between two of them. */
export function isSamePresence(one: Presence | undefined, other: Presence): boolean {
  if (one === undefined || one.kind !== other.kind) return false;
  if (one.kind === "online" || other.kind === "online") return true;
  return one.state === other.state && one.reason === other.reason && one.detail === other.detail;
}
