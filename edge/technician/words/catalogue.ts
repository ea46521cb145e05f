import type { Language } from "../catalogue.ts";
import { BOX_WORDS } from "./box.ts";
import { DOOR_WORDS } from "./door.ts";
import { FRAME_WORDS } from "./frame.ts";
import { NETWORK_WORDS } from "./network.ts";
import { PROOF_WORDS } from "./proof.ts";
import { REPORT_WORDS } from "./report.ts";
import { SCAN_WORDS } from "./scan.ts";
import { SITE_WORDS } from "./site.ts";

/** Every sentence of the technician's page and of its report, in both languages side by side. */
export const CATALOGUE = {
  ...FRAME_WORDS,
  ...DOOR_WORDS,
  ...NETWORK_WORDS,
  ...SCAN_WORDS,
  ...SITE_WORDS,
  ...PROOF_WORDS,
  ...REPORT_WORDS,
  ...BOX_WORDS,
} as const;

export type TextKey = keyof typeof CATALOGUE;

/** A sentence with its gaps filled. A gap without a value stays visible as `{name}`. */
export function say(language: Language, key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return CATALOGUE[key][language].replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap));
}

/** A sentence whose key is made of a word from outside; the word itself where the catalogue does not know it. */
export function sayWord(language: Language, prefix: string, word: string): string {
  const key = `${prefix}.${word}`;
  return isTextKey(key) ? say(language, key) : word;
}

/** Whether the catalogue has this sentence. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(CATALOGUE, key);
}
