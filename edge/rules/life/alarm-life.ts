import { unreachable } from "@outpost/kernel/never.ts";
import type { AlarmRecord, AlarmState, Suppression } from "@outpost/wire/records.ts";

/** How one alarm stands: the ISA-18.2 state of its last occurrence, and apart from it what suppresses it. */
export interface AlarmLife {
  readonly state: AlarmState;
  /** The occurrence that stands, or the last one; undefined before the first. */
  readonly occurrenceId: string | undefined;
  /** Steps of that occurrence so far. */
  readonly version: number;
  /** Whether the rule's condition holds now; apart from `state` because a latched alarm outlives its condition. */
  readonly isConditionOn: boolean;
  readonly raisedAtMs: number;
  readonly shelf: { readonly by: string; readonly reason: string; readonly untilMs: number } | undefined;
  readonly design: { readonly by: string } | undefined;
  /** A shelf that a person has planned and that has not begun. Wall times, for people. */
  readonly plan: PlannedShelf | undefined;
  /** Out of service by the site file. */
  readonly outOfService: { readonly by: string; readonly reason: string } | undefined;
  /** Out of service by a person at the site, until a person puts it back. */
  readonly takenOut: { readonly by: string; readonly reason: string } | undefined;
  /** Of this occurrence: it came before every other of its group that stands. */
  readonly isFirstOut: boolean;
  /** Of this occurrence: the device or group of which more came than anybody can answer. */
  readonly flood: string | undefined;
}

/** From and until when an alarm shall be shelved. */
export interface PlannedShelf {
  readonly by: string;
  readonly reason: string;
  readonly fromMs: number;
  readonly untilMs: number;
}

interface OfOccurrence {
  readonly occurrenceId: string;
  /** The version the person saw; any other version makes the order stale. */
  readonly expectedVersion: number;
  readonly actor: string;
}

export type AlarmInput =
  /** `occurrenceId` is a fresh random id, used where this begins a new occurrence. */
  | {
      readonly kind: "raise";
      readonly occurrenceId: string;
      readonly wallMs: number;
      readonly isFirstOut?: boolean;
      readonly flood?: string | undefined;
    }
  | { readonly kind: "clear" }
  | ({ readonly kind: "acknowledge"; readonly note?: string } & OfOccurrence)
  | ({ readonly kind: "shelve"; readonly reason: string; readonly untilMs: number } & OfOccurrence)
  | ({ readonly kind: "unshelve" } & OfOccurrence)
  | { readonly kind: "shelf-ended" }
  /** A shelf for later, or from now on, whether or not the alarm stands: planned work names the rule. */
  | ({ readonly kind: "plan-shelf" } & PlannedShelf)
  | { readonly kind: "plan-begins" }
  /** Nobody can say any more when the plan was to begin. */
  | { readonly kind: "plan-lost" }
  /** Ends a rule's shelf and its plan. */
  | { readonly kind: "end-shelf"; readonly actor: string }
  | { readonly kind: "suppress"; readonly by: string }
  | { readonly kind: "unsuppress" }
  | { readonly kind: "take-out-of-service"; readonly by: string; readonly reason: string }
  | { readonly kind: "return-to-service" }
  /** By a person at the site. */
  | { readonly kind: "take-out"; readonly by: string; readonly reason: string }
  | { readonly kind: "put-back"; readonly actor: string }
  /** The rule is no longer part of the site. */
  | { readonly kind: "retire" };

/** What a person who gave an order is told. */
export type AlarmAnswer =
  | { readonly kind: "done" }
  | { readonly kind: "stale"; readonly currentVersion: number }
  | { readonly kind: "refused"; readonly detail: string };

export interface AlarmStep {
  readonly life: AlarmLife;
  /** The step as the fleet and the page shall hear of it; undefined where there is nothing to tell. */
  readonly report:
    | { readonly change: AlarmRecord["change"]; readonly actor?: string; readonly note?: string }
    | undefined;
  readonly answer: AlarmAnswer;
}

export const NEVER_RAISED: AlarmLife = {
  state: "normal",
  occurrenceId: undefined,
  version: 0,
  isConditionOn: false,
  raisedAtMs: 0,
  shelf: undefined,
  design: undefined,
  plan: undefined,
  outOfService: undefined,
  takenOut: undefined,
  isFirstOut: false,
  flood: undefined,
};

/**
 * The whole life cycle of an alarm. Pure; the caller persists the result and then tells everybody.
 *
 * @param isLatched  a latched alarm leaves `active` only by an acknowledgement.
 * @see ANSI/ISA-18.2, section 5 (alarm state transition diagram)
 */
export function stepAlarm(isLatched: boolean, life: AlarmLife, input: AlarmInput): AlarmStep {
  switch (input.kind) {
    case "raise":
      return raise(life, input);
    case "clear":
      return clear(isLatched, life);
    case "acknowledge":
      return whereCurrent(life, input, () => acknowledge(life, input.actor, input.note));
    case "shelve": {
      const { actor: by, reason, untilMs } = input;
      return whereCurrent(life, input, () =>
        reported({ ...life, shelf: { by, reason, untilMs } }, "shelved", { actor: by, note: reason }),
      );
    }
    case "unshelve":
      return whereCurrent(life, input, () => {
        if (life.shelf === undefined) return refused(life, "it is not shelved");
        return reported(annunciate({ ...life, shelf: undefined }), "unshelved", { actor: input.actor });
      });
    case "shelf-ended":
      if (life.shelf === undefined) return unchanged(life);
      return reported(annunciate({ ...life, shelf: undefined }), "unshelved", { note: "its time was over" });
    case "plan-shelf":
    case "plan-begins":
    case "plan-lost":
    case "end-shelf":
      return planned(life, input);
    case "suppress":
      if (life.design !== undefined) return unchanged(life);
      return reportedWhereShown({ ...life, design: { by: input.by } }, "suppressed", { note: input.by });
    case "unsuppress":
      if (life.design === undefined) return unchanged(life);
      return reportedWhereShown(annunciate({ ...life, design: undefined }), "returned", {});
    case "take-out-of-service": {
      const outOfService = { by: input.by, reason: input.reason };
      if (life.outOfService !== undefined) return unchanged({ ...life, outOfService });
      return reportedWhereShown({ ...life, outOfService }, "suppressed", { actor: input.by, note: input.reason });
    }
    case "return-to-service":
      if (life.outOfService === undefined) return unchanged(life);
      return reportedWhereShown(annunciate({ ...life, outOfService: undefined }), "returned", {});
    case "take-out": {
      const takenOut = { by: input.by, reason: input.reason };
      if (life.takenOut !== undefined) return unchanged({ ...life, takenOut });
      return reportedWhereShown({ ...life, takenOut }, "suppressed", { actor: input.by, note: input.reason });
    }
    case "put-back":
      if (life.takenOut === undefined) return refused(life, "nobody at the site has taken it out of service");
      return reportedWhereShown(annunciate({ ...life, takenOut: undefined }), "returned", { actor: input.actor });
    case "retire":
      if (life.state === "normal") return unchanged({ ...life, isConditionOn: false });
      return reported({ ...life, state: "normal", isConditionOn: false }, "cleared", { note: "the rule is gone" });
    default:
      return unreachable(input);
  }
}

/** Whether its actions shall hold: it is active and nothing suppresses it. */
export function isCalling(life: AlarmLife): boolean {
  const isActive = life.state === "active-unacknowledged" || life.state === "active-acknowledged";
  return isActive && suppressionOf(life).kind === "none";
}

/** The one suppression the wire shows: the strongest. */
export function suppressionOf(life: AlarmLife): Suppression {
  const outOfService = life.outOfService ?? life.takenOut;
  if (outOfService !== undefined) return { kind: "out-of-service", ...outOfService };
  if (life.design !== undefined) return { kind: "suppressed-by-design", ...life.design };
  return life.shelf === undefined ? { kind: "none" } : { kind: "shelved", ...life.shelf };
}

function planned(
  life: AlarmLife,
  input: Extract<AlarmInput, { kind: "plan-shelf" | "plan-begins" | "plan-lost" | "end-shelf" }>,
): AlarmStep {
  switch (input.kind) {
    case "plan-shelf": {
      const { kind: _, ...plan } = input;
      return unchanged({ ...life, plan });
    }
    case "plan-begins": {
      if (life.plan === undefined) return unchanged(life);
      const { by, reason, untilMs } = life.plan;
      const shelved = { ...life, plan: undefined, shelf: { by, reason, untilMs } };
      return reportedWhereShown(shelved, "shelved", { actor: by, note: reason });
    }
    case "plan-lost":
      return unchanged(life.plan === undefined ? life : { ...life, plan: undefined });
    case "end-shelf": {
      const { shelf, plan } = life;
      if (shelf === undefined && plan === undefined) return refused(life, "it is not shelved, nor planned to be");
      if (shelf === undefined) return unchanged({ ...life, plan: undefined });
      const shown = annunciate({ ...life, shelf: undefined, plan: undefined });
      return reportedWhereShown(shown, "unshelved", { actor: input.actor });
    }
  }
}

function raise(life: AlarmLife, input: Extract<AlarmInput, { kind: "raise" }>): AlarmStep {
  if (life.isConditionOn) return unchanged(life);
  if (life.state === "normal") {
    const { occurrenceId, wallMs, isFirstOut = false, flood } = input;
    const fresh = { ...life, occurrenceId, version: 0, raisedAtMs: wallMs, isFirstOut, flood };
    return reported({ ...fresh, state: "active-unacknowledged", isConditionOn: true }, "raised", {});
  }
  return reported({ ...life, state: "active-unacknowledged", isConditionOn: true }, "re-raised", {});
}

function clear(isLatched: boolean, life: AlarmLife): AlarmStep {
  const off = { ...life, isConditionOn: false };
  if (!life.isConditionOn) return unchanged(life);
  if (life.state === "active-acknowledged") return reported({ ...off, state: "normal" }, "cleared", {});
  if (isLatched) return unchanged(off);
  return reported({ ...off, state: "cleared-unacknowledged" }, "cleared", {});
}

function acknowledge(life: AlarmLife, actor: string, note: string | undefined): AlarmStep {
  const told = note === undefined ? { actor } : { actor, note };
  switch (life.state) {
    case "active-unacknowledged":
      // A latched alarm whose condition is gone has nothing left to be active for.
      return reported({ ...life, state: life.isConditionOn ? "active-acknowledged" : "normal" }, "acknowledged", told);
    case "cleared-unacknowledged":
      return reported({ ...life, state: "normal" }, "acknowledged", told);
    case "active-acknowledged":
    case "normal":
      return refused(life, "there is nothing to acknowledge");
  }
}

/** What comes back into view must be looked at again, whatever was acknowledged before it went out of view. */
function annunciate(life: AlarmLife): AlarmLife {
  const isShown = suppressionOf(life).kind === "none";
  return isShown && life.state === "active-acknowledged" ? { ...life, state: "active-unacknowledged" } : life;
}

function whereCurrent(life: AlarmLife, order: OfOccurrence, then: () => AlarmStep): AlarmStep {
  if (life.occurrenceId === order.occurrenceId && life.version === order.expectedVersion) return then();
  return { life, report: undefined, answer: { kind: "stale", currentVersion: life.version } };
}

type Told = { readonly actor?: string; readonly note?: string };

/** The plant's own suppressions come and go while the alarm is normal: that is no step of an occurrence. */
function reportedWhereShown(life: AlarmLife, change: AlarmRecord["change"], told: Told): AlarmStep {
  return life.state === "normal" ? unchanged(life) : reported(life, change, told);
}

function reported(life: AlarmLife, change: AlarmRecord["change"], told: Told): AlarmStep {
  return { life: { ...life, version: life.version + 1 }, report: { change, ...told }, answer: { kind: "done" } };
}

function unchanged(life: AlarmLife): AlarmStep {
  return { life, report: undefined, answer: { kind: "done" } };
}

function refused(life: AlarmLife, detail: string): AlarmStep {
  return { life, report: undefined, answer: { kind: "refused", detail } };
}
