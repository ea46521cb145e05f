/** A code that was found to be genuine: which door it opens, and by what it is known. */
export interface GenuineCode {
  readonly kind: "numeric" | "signed";
  readonly compartment: string;
  readonly notBeforeMs: number;
  readonly expiresAtMs: number;
  /** What tells this code from every other of this cabinet; at most 64 characters, and nobody can make the code of it. */
  readonly id: string;
}
