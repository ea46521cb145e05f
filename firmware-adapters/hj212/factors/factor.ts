import type { Name } from "../../adapter.ts";

/** One thing that stations measure, as the standard codes it. */
export interface Factor {
  readonly code: string;
  /** Its code in HJ/T 212-2005, where it had one. */
  readonly formerCode?: string;
  /** What its point is called unless the settings say otherwise. */
  readonly id: string;
  readonly unit: string;
  readonly name: Name;
}

/** Columns: code, former code, point, unit, 中文, English. */
export type FactorRow = readonly [string, string, string, string, string, string];

export function factorOf([code, formerCode, id, unit, zh, en]: FactorRow): Factor {
  return { code, id, unit, name: { zh, en }, ...(formerCode === "" ? {} : { formerCode }) };
}
