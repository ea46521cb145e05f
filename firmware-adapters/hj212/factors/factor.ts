import type { Quantity } from "../../receiving/quantities.ts";

/** One thing that stations measure. */
export interface Factor extends Quantity {
  /** Its code in HJ/T 212-2005, where it had one. */
  readonly formerCode?: string;
}

/** Columns: code, former code, point, unit, 中文, English. */
export type FactorRow = readonly [string, string, string, string, string, string];

export function factorOf([code, formerCode, id, unit, zh, en]: FactorRow): Factor {
  return { code, id, unit, name: { zh, en }, ...(formerCode === "" ? {} : { formerCode }) };
}
