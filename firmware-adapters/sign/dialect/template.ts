import type { Content } from "../content/content.ts";
import type { SignDialect, Template } from "./settings.ts";

type Value = string | number | readonly string[] | Readonly<Record<string, string>> | undefined;
type Values = Readonly<Record<string, Value>>;
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const PLACEHOLDER = /\{([A-Za-z]+)\}/g;
const ONLY_PLACEHOLDER = /^\{([A-Za-z]+)\}$/;

/** The body by which a sign of this dialect is given a content, as JSON. */
export function contentBody(content: Content, dialect: SignDialect): string {
  return JSON.stringify(filled(dialect.content, valuesOf(content, dialect)) ?? {});
}

/** A topic or path with its own placeholder filled in; others stay as they are. */
export function filledPlace(place: string, name: "base" | "id", value: string): string {
  return place.replaceAll(`{${name}}`, () => value);
}

function valuesOf(content: Content, { priorities }: SignDialect): Values {
  const { id, text, lines, priority, expiresAtMs } = content;
  return {
    id,
    zh: text.zh,
    en: text.en,
    text: { ...(text.zh === "" ? {} : { zh: text.zh }), ...(text.en === "" ? {} : { en: text.en }) },
    lines,
    joined: lines.join("\n"),
    priority: priorities[priority],
    expiresAt: expiresAtMs === undefined ? undefined : new Date(expiresAtMs).toISOString(),
    expiresAtMs,
  };
}

/** @returns undefined where the template is one placeholder that has no value. */
function filled(template: Template, values: Values): Json | undefined {
  if (typeof template === "string") return filledText(template, values);
  if (typeof template !== "object" || template === null) return template;
  if (isList(template)) return template.map((one) => filled(one, values)).filter((one) => one !== undefined);
  const members: [string, Json][] = [];
  for (const [name, inner] of Object.entries(template)) {
    const value = filled(inner, values);
    if (value !== undefined) members.push([name, value]);
  }
  return Object.fromEntries(members);
}

function filledText(template: string, values: Values): Json | undefined {
  const only = ONLY_PLACEHOLDER.exec(template)?.[1];
  if (only !== undefined && Object.hasOwn(values, only)) return values[only];
  return template.replaceAll(PLACEHOLDER, (placeholder, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : placeholder;
    return typeof value === "object" ? JSON.stringify(value) : String(value ?? "");
  });
}

function isList(template: object): template is readonly Template[] {
  return Array.isArray(template);
}
