export const LANGUAGES = ["zh", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Sentences in both languages side by side, by key. */
export type Sentences = Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** BCP 47 tags for `Intl` and the page's `lang`. */
export const LOCALES: Readonly<Record<Language, string>> = { zh: "zh-CN", en: "en-GB" };

/** @returns the language a stored word names; Chinese where it names none. */
export function parseLanguage(word: string | null): Language {
  return LANGUAGES.find((language) => language === word) ?? "zh";
}
