import { useSpeech } from "../app/desk-context.tsx";
import { quantity } from "../i18n/format.ts";
import { useShownText } from "../parts/shown-value.tsx";
import type { Sample } from "./data/trace.ts";

/** A sample in words: its value, its range where it stands for many readings, or why there is none. */
export function useSampleText(): (sample: Sample | undefined, unit: string) => string {
  const { say, language } = useSpeech();
  const textOf = useShownText();
  return (sample, unit) => {
    if (sample === undefined) return "—";
    if (sample.average === null)
      return textOf(sample.badReason === null ? { kind: "absent" } : { kind: "bad", reason: sample.badReason });
    const middle = textOf({ kind: "good", value: sample.average, unit });
    if (sample.min === null || sample.max === null || sample.min === sample.max) return middle;
    const [min, max] = [quantity(sample.min, language, unit), quantity(sample.max, language, unit)];
    return `${middle} (${say("chart.range", { min, max })})`;
  };
}
