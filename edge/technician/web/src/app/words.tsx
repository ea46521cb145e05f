import { createContext, useContext, useMemo, type ReactNode } from "react";

import { WORDS, type Language, type Words } from "../../../catalogue.ts";
import type { RefusalView } from "../../../server/views.ts";
import { isTextKey, say, sayWord, type TextKey } from "../../../words/catalogue.ts";
import { shownValue } from "../../../words/condition.ts";

/** The page's language, and times in the site's zone. */
export interface Speech {
  readonly language: Language;
  readonly words: Words;
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  word(prefix: string, word: string): string;
  time(ms: number): string;
  value(value: number | null, unit: string): string;
  duration(ms: number): string;
  refusal(refusal: RefusalView): string;
}

const SpeechContext = createContext<Speech | undefined>(undefined);

interface SpeechProps {
  readonly language: Language;
  readonly timeZone: string | undefined;
  readonly children: ReactNode;
}

export function SpeechProvider({ language, timeZone, children }: SpeechProps): ReactNode {
  const speech = useMemo(() => speechOf(language, timeZone), [language, timeZone]);
  return <SpeechContext.Provider value={speech}>{children}</SpeechContext.Provider>;
}

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === undefined) throw new Error("there is no SpeechProvider around this");
  return speech;
}

function speechOf(language: Language, timeZone: string | undefined): Speech {
  const format = new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", {
    month: "short",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return {
    language,
    words: WORDS[language],
    say: (key, values) => say(language, key, values),
    word: (prefix, word) => sayWord(language, prefix, word),
    time: (ms) => format.format(ms),
    value: shownValue,
    duration: (ms) => durationOf(language, ms),
    refusal: ({ code, message, waitMs }) => {
      const key = `refusal.${code}`;
      const seconds = Math.ceil((waitMs ?? 0) / 1_000);
      const words = isTextKey(key) ? say(language, key, { seconds }) : code;
      const isDetailed = code === "technician/refused" || code === "technician/bad-request";
      return isDetailed ? `${words}: ${message}` : words;
    },
  };
}

function durationOf(language: Language, ms: number): string {
  if (ms < 90_000) return say(language, "time.seconds", { n: Math.max(1, Math.round(ms / 1_000)) });
  if (ms < 5_400_000) return say(language, "time.minutes", { n: Math.round(ms / 60_000) });
  return say(language, "time.hours", { n: (ms / 3_600_000).toFixed(1) });
}
