import { AIR } from "./air.ts";
import { factorOf, type Factor } from "./factor.ts";
import { NOISE } from "./noise.ts";
import { WATER } from "./water.ts";

/** Every factor we know a name for. Soil stations use codes of their makers: name them in the settings. */
export const FACTORS: readonly Factor[] = [...WATER, ...AIR, ...NOISE].map(factorOf);

const BY_CODE: ReadonlyMap<string, Factor> = new Map(FACTORS.map((factor) => [factor.code, factor]));
const BY_FORMER_CODE: ReadonlyMap<string, Factor> = new Map(
  FACTORS.flatMap((factor) => (factor.formerCode === undefined ? [] : [[factor.formerCode, factor] as const])),
);

/** By the code of either edition. */
export function knownFactor(code: string): Factor | undefined {
  return BY_CODE.get(code) ?? BY_FORMER_CODE.get(code);
}
