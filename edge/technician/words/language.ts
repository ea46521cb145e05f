import type { Language } from "../catalogue.ts";

/** One sentence in every language. `{name}` is filled in by `say`. */
export type Sentence = Readonly<Record<Language, string>>;
export type Sentences = Readonly<Record<string, Sentence>>;
