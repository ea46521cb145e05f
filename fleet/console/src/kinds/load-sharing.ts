/** The phases of a supply. */
export const SUPPLY_PHASES = ["L1", "L2", "L3"] as const;
export type SupplyPhaseName = (typeof SUPPLY_PHASES)[number];

/** One connector's part of a supply, in amperes on each of its own phases. */
export interface Share {
  readonly id: string;
  /** The connector's name, for its row. */
  readonly name: string;
  /** What it may draw; undefined where nobody knows. */
  readonly grantA: number | undefined;
  /** On its own L1, L2 and L3. */
  readonly drawsA: readonly number[];
  /** The supply's phases behind its own, in their order; empty where that is not known. */
  readonly wiring: readonly SupplyPhaseName[];
  /** Its station is not connected: what it was granted last counts until that has run out. */
  readonly isAway: boolean;
}

/** A connector's part of one phase of the supply. */
export interface PhaseShare {
  readonly share: Share;
  /** Its place in the picture: the letter of its badge. */
  readonly letter: string;
  readonly grantA: number;
  readonly drawsA: number;
}

/** Letters of the badges, in the order of the connectors; there are no more connectors in one picture. */
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX";
export const MAX_SHARES = LETTERS.length;

export function letterOf(index: number): string {
  return LETTERS.charAt(index);
}

/** Who may draw what on one phase of the supply, and who does: the connectors that are wired to it. */
export function sharesOn(phase: SupplyPhaseName, shares: readonly Share[]): readonly PhaseShare[] {
  return shares.slice(0, MAX_SHARES).flatMap((share, index) => {
    const own = share.wiring.indexOf(phase);
    if (own === -1) return [];
    return [{ share, letter: letterOf(index), grantA: share.grantA ?? 0, drawsA: share.drawsA[own] ?? 0 }];
  });
}

/** @param digits  a `wiring` point: 231 where the connector's L1, L2, L3 are on the supply's L2, L3, L1. */
export function wiringOf(digits: number | undefined): readonly SupplyPhaseName[] {
  if (digits === undefined) return [];
  return Array.from(String(digits)).flatMap((digit) => SUPPLY_PHASES[Number(digit) - 1] ?? []);
}
