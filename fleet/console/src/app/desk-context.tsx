import type { ReactNode } from "react";
import { createContext, use, useCallback, useSyncExternalStore } from "react";

import type { Alarm } from "../../../api/schemas.ts";
import type { TextKey } from "../i18n/catalogue.ts";
import { say, sayWord } from "../i18n/catalogue.ts";
import type { Language } from "../i18n/language.ts";
import type { Desk, DeskState } from "../live/desk.ts";
import type { OrderRequest } from "../parts/orders/order-request.ts";
import type { ColourScheme } from "./theme.ts";

/** What every page has at hand. */
export interface Surroundings {
  readonly desk: Desk;
  readonly language: Language;
  readonly setLanguage: (language: Language) => void;
  readonly scheme: ColourScheme;
  readonly setScheme: (scheme: ColourScheme) => void;
  /** Who acknowledges; empty until somebody said. */
  readonly actor: string;
  readonly setActor: (actor: string) => void;
  /** Opens the acknowledge dialogue for an alarm, or closes it. */
  readonly setAcknowledging: (alarm: Alarm | undefined) => void;
  /** Opens the dialogue that confirms an order and follows it. */
  readonly setOrdering: (request: OrderRequest | undefined) => void;
}

const Context = createContext<Surroundings | undefined>(undefined);

interface DeskProviderProps {
  readonly surroundings: Surroundings;
  readonly children: ReactNode;
}

export function DeskProvider({ surroundings, children }: DeskProviderProps): ReactNode {
  return <Context value={surroundings}>{children}</Context>;
}

export function useSurroundings(): Surroundings {
  const surroundings = use(Context);
  if (surroundings === undefined) throw new Error("a page stands outside the DeskProvider");
  return surroundings;
}

/** What the page knows now; draws again when it changes. */
export function useDesk(): DeskState {
  const { desk } = useSurroundings();
  return useSyncExternalStore(desk.subscribe, desk.state);
}

/** Sentences in the language of the desk. `say` for known keys, `word` for a word from outside, `text` for a pair. */
export interface Speech {
  readonly language: Language;
  readonly say: (key: TextKey, values?: Readonly<Record<string, string | number>>) => string;
  readonly word: (prefix: string, word: string) => string;
  readonly text: (pair: Readonly<Record<Language, string>>) => string;
}

export function useSpeech(): Speech {
  const { language } = useSurroundings();
  return {
    language,
    say: useCallback((key, values) => say(language, key, values), [language]),
    word: useCallback((prefix, word) => sayWord(language, prefix, word), [language]),
    text: useCallback((pair) => pair[language], [language]),
  };
}
