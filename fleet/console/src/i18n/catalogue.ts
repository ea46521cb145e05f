import type { Language } from "./language.ts";
import { ALARMS } from "./words/alarms.ts";
import { ANSWERS } from "./words/answers.ts";
import { CALL_POINT } from "./words/call-point.ts";
import { CHARGING } from "./words/charging.ts";
import { CHART } from "./words/chart.ts";
import { COMMANDS } from "./words/commands.ts";
import { DEMO } from "./words/demo.ts";
import { DEVICE } from "./words/device.ts";
import { FRAME } from "./words/frame.ts";
import { LOCKER } from "./words/locker.ts";
import { OVERVIEW } from "./words/overview.ts";
import { SHARING } from "./words/sharing.ts";
import { SIGN } from "./words/sign.ts";
import { SITE } from "./words/site.ts";
import { STATION } from "./words/station.ts";

/** Every sentence of the console, in both languages side by side. `{name}` is filled in by `say`. */
export const CATALOGUE = {
  ...FRAME,
  ...ANSWERS,
  ...OVERVIEW,
  ...DEVICE,
  ...SITE,
  ...STATION,
  ...LOCKER,
  ...CALL_POINT,
  ...SIGN,
  ...CHARGING,
  ...SHARING,
  ...CHART,
  ...ALARMS,
  ...COMMANDS,
  ...DEMO,
} as const;

export type TextKey = keyof typeof CATALOGUE;

/**
 * A sentence of the catalogue with its gaps filled. A gap without a value stays visible as `{name}`; `{name:one|many}` is
 * the first word where the value is 1 and else the second.
 */
export function say(language: Language, key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
  return CATALOGUE[key][language]
    .replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
    .replaceAll(/\{(\w+):([^|}]*)\|([^|}]*)\}/g, (_, name: string, one: string, many: string) =>
      values[name] === 1 ? one : many,
    );
}

/**
 * A sentence whose key is made of a word from outside: `quality.` + a device's reason.
 *
 * @returns the word itself where the catalogue does not know it: a newer gateway may say more than this page knows.
 */
export function sayWord(language: Language, prefix: string, word: string): string {
  const key = `${prefix}.${word}`;
  return isTextKey(key) ? say(language, key) : word;
}

/** Whether the catalogue has this sentence. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(CATALOGUE, key);
}
