import type { FactorRow } from "./factor.ts";

/** HJ 212-2017, appendix B, table B.3. */
export const NOISE: readonly FactorRow[] = [
  ["LA", "", "noiseLevel", "dB", "A 权声级", "A-weighted sound level"],
  ["Leq", "", "noiseEquivalent", "dB", "等效声级", "Equivalent sound level"],
  ["Ldn", "", "noiseDayNight", "dB", "昼夜等效声级", "Day-night sound level"],
  ["Ld", "", "noiseDay", "dB", "昼间等效声级", "Daytime sound level"],
  ["Ln", "", "noiseNight", "dB", "夜间等效声级", "Night-time sound level"],
  ["LMx", "", "noiseMaximum", "dB", "最大瞬时声级", "Maximum sound level"],
  ["LMn", "", "noiseMinimum", "dB", "最小瞬时声级", "Minimum sound level"],
  ["L5", "", "noiseL5", "dB", "累计百分声级 L5", "Percentile level L5"],
  ["L10", "", "noiseL10", "dB", "累计百分声级 L10", "Percentile level L10"],
  ["L50", "", "noiseL50", "dB", "累计百分声级 L50", "Percentile level L50"],
  ["L90", "", "noiseL90", "dB", "累计百分声级 L90", "Percentile level L90"],
  ["L95", "", "noiseL95", "dB", "累计百分声级 L95", "Percentile level L95"],
];
