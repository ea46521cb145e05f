import type { ReactNode } from "react";
import { useCallback } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import { quantity } from "../i18n/format.ts";
import type { Shown } from "../live/shown.ts";

import "./shown-value.css";

interface ShownValueProps {
  readonly shown: Shown;
}

/** A number with its unit, or a dash and the reason why there is none: a bad value is never shown as a number. */
export function ShownValue({ shown }: ShownValueProps): ReactNode {
  const { word, language } = useSpeech();
  switch (shown.kind) {
    case "good":
      return (
        <span className="shown">
          {quantity(shown.value, language, shown.unit)}
          {shown.unit === "" ? null : <small> {unitText(shown.unit)}</small>}
        </span>
      );
    case "bad":
      return (
        <span className="shown is-bad">
          — <em>{word("quality", shown.reason)}</em>
        </span>
      );
    case "absent":
      return <span className="shown">—</span>;
  }
}

/** The same in plain words, for those who hear the page. */
export function useShownText(): (shown: Shown) => string {
  const { word, language } = useSpeech();
  return useCallback(
    (shown) => {
      switch (shown.kind) {
        case "good":
          return `${quantity(shown.value, language, shown.unit)} ${unitText(shown.unit)}`.trim();
        case "bad":
          return word("quality", shown.reason);
        case "absent":
          return "—";
      }
    },
    [language, word],
  );
}

/** A unit symbol as printed: the wire's "m3" is m³, its "Cel" °C. */
export function unitText(unit: string): string {
  if (unit === "Cel") return "°C";
  return unit.replaceAll("m3", "m³").replaceAll("m2", "m²");
}
