/** What a verifier has to say of a code. */
export type Verdict =
  /** `isUnverified`: nobody could be asked, and the site wants people let in all the same. */
  | { readonly kind: "admit"; readonly by: VerifierKind; readonly isUnverified: boolean }
  | { readonly kind: "refuse"; readonly reason: RefusedReason }
  /** Not one of this verifier's codes: the next may know it. */
  | { readonly kind: "unknown" };

export type VerifierKind = "signed" | "list" | "http";

/** Why a person is not let in. */
export type RefusedReason =
  | "unknown-code"
  | "bad-signature"
  | "not-yet-valid"
  | "expired"
  | "other-door"
  | "used-already"
  | "clock-doubtful"
  | "cannot-remember"
  | "verifier-refused"
  | "verifier-down"
  | "fever"
  | "not-measured"
  | "busy"
  | "too-many-codes";

/** Judges codes. Never throws but the signal's reason, and never writes a code down. */
export interface Verifier {
  verify(code: string, signal: AbortSignal): Promise<Verdict>;
}
