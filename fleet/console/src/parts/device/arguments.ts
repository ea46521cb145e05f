import type { Device } from "../../../../api/schemas.ts";
import type { Language } from "../../i18n/language.ts";

export type Method = Device["methods"][number];
export type Parameter = Method["parameters"][number];
export type Argument = string | number | boolean;
export type Arguments = Readonly<Record<string, Argument>>;

/**
 * The arguments of a call as far as a form can judge them; the device has the last word.
 *
 * @returns undefined while one is missing that is needed. A switch that was never touched is off.
 */
export function collectArguments(
  method: Method,
  given: Readonly<Record<string, Argument | undefined>>,
): Arguments | undefined {
  const collected: Record<string, Argument> = {};
  for (const { id, type, isOptional } of method.parameters) {
    const value = given[id] ?? (type === "boolean" && isOptional !== true ? false : undefined);
    if (value !== undefined) collected[id] = value;
    else if (isOptional !== true) return undefined;
  }
  return collected;
}

/** The arguments in one sentence, for the person who confirms them. */
export function describeArguments(method: Method, given: Arguments, language: Language): string {
  const parts = method.parameters.flatMap(({ id, name }) => {
    const value = given[id];
    return value === undefined
      ? []
      : [`${name[language]}: ${typeof value === "boolean" ? (value ? "✓" : "✗") : value}`];
  });
  return parts.join(" · ");
}
