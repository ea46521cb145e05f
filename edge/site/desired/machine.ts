import { unreachable } from "@outpost/kernel/never.ts";
import type { Desired, ReportedFault, ReportedLocal, Weakening } from "@outpost/wire/site-exchange.ts";
import { MAX_REPORTED_LOCALS } from "@outpost/wire/site-exchange.ts";
import { winner } from "@outpost/wire/site-lineage.ts";

import type { Author, Offer, SiteState } from "./state.ts";

/** After so many tries a document that the process did not survive is left alone. */
export const MAX_ATTEMPTS = 3;

/** A revision of the desk, without its text. */
export type OfferedRevision = Omit<Desired, "v" | "packed">;

/** What the checks say of a text that the desk offered. */
export type Judgement =
  | { readonly kind: "good"; readonly weakenings: readonly Weakening[] }
  | { readonly kind: "refused"; readonly reason: string; readonly faults: readonly ReportedFault[] };

/** What is to be done next. `go-over`: to the text of this name, and then say `arrived` or `failed`. */
export interface Step {
  readonly state: SiteState;
  readonly goOver: string | undefined;
}

/** Whether a revision is news to this gateway: a newer one, or a held one that a second person has approved now. */
export function isNews(state: SiteState, { revision, digest, approval }: OfferedRevision): boolean {
  const { offer, running } = state;
  if (revision > Math.max(offer?.revision ?? 0, running.revision)) return true;
  return (
    offer?.revision === revision &&
    offer.digest === digest &&
    offer.state === "held" &&
    approval !== undefined &&
    approval.by !== offer.approvedBy
  );
}

/** The desk offers a revision that is news. */
export function offered(state: SiteState, revision: OfferedRevision, judged: Judgement, atMs: number): Step {
  const offer: Offer = {
    revision: revision.revision,
    digest: revision.digest,
    knows: revision.knows,
    author: revision.author,
    approvedBy: revision.approval?.by,
    state: "applying",
    atMs,
    reason: "",
    faults: [],
    weakenings: judged.kind === "good" ? [...judged.weakenings] : [],
    attempts: 0,
  };
  if (judged.kind === "refused") {
    return stay(state, { ...offer, state: "refused", reason: judged.reason, faults: [...judged.faults] });
  }
  const isApproved = revision.approval !== undefined && revision.approval.by !== revision.author;
  return admit(state, offer, isApproved, atMs);
}

/** Somebody on site has looked at what the held revision weakens, and wants it. */
export function confirmed(state: SiteState, revision: number, { who, atMs }: Author): Step | undefined {
  const { offer } = state;
  if (offer?.revision !== revision || offer.state !== "held") return undefined;
  return admit(state, { ...offer, reason: `confirmed on site by ${who}` }, true, atMs);
}

/** Somebody on site leaves the held revision out. */
export function rejected(state: SiteState, revision: number, { who, atMs }: Author): Step | undefined {
  const { offer } = state;
  if (offer?.revision !== revision || offer.state !== "held") return undefined;
  return stay(state, { ...offer, state: "rejected", reason: who, atMs });
}

/** A change on site begins: its text is good. It becomes what runs when it has `arrived`. */
export function localChange(state: SiteState, digest: string, author: Author): SiteState {
  return withLocal(state, digest, state.running.revision, author);
}

/**
 * Somebody on site has chosen how the conflict with the desk's `revision` ends: `digest` stands for both, and whoever
 * chose it had both before his eyes.
 */
export function resolved(state: SiteState, revision: number, digest: string, author: Author): SiteState | undefined {
  const { offer } = state;
  if (offer?.revision !== revision || offer.state !== "conflict") return undefined;
  const { who, atMs } = author;
  const reason = `conflict resolved on site by ${who}`;
  return { ...withLocal(state, digest, revision, author), offer: { ...offer, state: "running", reason, atMs } };
}

/** The document the machine asked to go over to runs. */
export function arrived(state: SiteState, atMs: number): SiteState {
  const { offer } = state;
  if (offer?.state !== "applying") return state;
  return {
    ...state,
    offer: { ...offer, state: "running", atMs },
    running: {
      digest: offer.digest,
      sinceMs: atMs,
      origin: "desk",
      by: offer.author,
      revision: offer.revision,
    },
  };
}

/** A step towards the desk's revision failed, and the site runs as before. */
export function failed(state: SiteState, reason: string, atMs: number): SiteState {
  const { offer } = state;
  if (offer?.state !== "applying") return state;
  return { ...state, offer: { ...offer, state: "failed", reason: reason.slice(0, 500), atMs } };
}

/** After a restart: a revision that was being gone over to is tried again, but not for ever. */
export function resumed(state: SiteState, atMs: number): Step {
  const { offer } = state;
  if (offer?.state !== "applying") return { state, goOver: undefined };
  if (offer.attempts >= MAX_ATTEMPTS) {
    const reason = `the gateway ended ${offer.attempts} times while it was being applied`;
    return stay(state, { ...offer, state: "failed", reason, atMs });
  }
  return { state: { ...state, offer: { ...offer, attempts: offer.attempts + 1 } }, goOver: offer.digest };
}

/** Where nothing stands against it, the revision is gone over to; otherwise it waits for a person. */
function admit(state: SiteState, offer: Offer, isConfirmed: boolean, atMs: number): Step {
  if (offer.digest === state.running.digest) {
    // The site runs this text already: the desk has taken it over.
    const running = { ...state.running, origin: "desk", by: offer.author, revision: offer.revision } as const;
    return { state: { ...state, running, offer: { ...offer, state: "running", atMs } }, goOver: undefined };
  }
  const { revision, digest, knows } = offer;
  const stands = state.running.origin === "desk" ? "desk" : winner({ revision, digest, knows }, state.local);
  switch (stands) {
    case "conflict":
      return stay(state, { ...offer, state: "conflict", reason: "the site was changed meanwhile", atMs });
    case "local":
      return stay(state, { ...offer, state: "running", reason: "the site was changed with it in view", atMs });
    case "same":
    case "desk":
      break;
    default:
      return unreachable(stands);
  }
  if (offer.weakenings.length > 0 && !isConfirmed) {
    return stay(state, { ...offer, state: "held", reason: "it weakens a critical alarm", atMs });
  }
  return { state: { ...state, offer: { ...offer, state: "applying", attempts: 1, atMs } }, goOver: offer.digest };
}

function stay(state: SiteState, offer: Offer): Step {
  return { state: { ...state, offer }, goOver: undefined };
}

function withLocal(state: SiteState, digest: string, base: number, { who, why, atMs }: Author): SiteState {
  const { store } = state;
  const local: ReportedLocal = { store, number: state.local.number + 1, digest, base, by: who, why, atMs };
  return {
    ...state,
    local,
    // The oldest goes: the desk has had twenty reports to ask for it.
    locals: [...state.locals, local].slice(-MAX_REPORTED_LOCALS),
    running: { digest, sinceMs: atMs, origin: "local", by: who, revision: base },
  };
}
