import type { FamilyView } from "../../../server/views.ts";

/** One setting that a form can show. */
export interface SchemaField {
  readonly name: string;
  readonly type: "number" | "integer" | "string" | "boolean";
  readonly choices?: readonly (string | number)[];
  readonly min?: number;
  readonly max?: number;
  readonly isRequired: boolean;
}

/** A shape the settings may have; `choice` tells it from the others: `source: gpio`. */
export interface SchemaVariant {
  readonly choice: { readonly name: string; readonly value: string } | undefined;
  readonly fields: readonly SchemaField[];
}

type Json = Readonly<Record<string, unknown>>;

/** What of a JSON schema a form can show: its plain fields. The rest is written as JSON. */
export function variantsOf(schema: unknown): readonly SchemaVariant[] {
  if (!isJson(schema)) return [];
  const union = schema["oneOf"] ?? schema["anyOf"];
  const shapes = Array.isArray(union) ? union.filter(isJson) : [schema];
  return shapes.map((shape) => {
    const properties = isJson(shape["properties"]) ? shape["properties"] : {};
    const required = Array.isArray(shape["required"]) ? shape["required"] : [];
    const constant = Object.entries(properties).find(([, one]) => isJson(one) && typeof one["const"] === "string");
    const choice =
      constant === undefined || shapes.length === 1 || !isJson(constant[1])
        ? undefined
        : { name: constant[0], value: String(constant[1]["const"]) };
    const fields = Object.entries(properties).flatMap(([name, one]) => {
      const field = isJson(one) && name !== choice?.name ? fieldOf(name, one, required.includes(name)) : undefined;
      return field === undefined ? [] : [field];
    });
    return { choice, fields };
  });
}

/** What the form begins with: what is required and has only one sensible beginning. */
export function startSettings({ schema, profiles }: FamilyView): Record<string, unknown> {
  const [first] = variantsOf(schema);
  const settings: Record<string, unknown> = {};
  if (first?.choice !== undefined) settings[first.choice.name] = first.choice.value;
  for (const { name, type, min, choices, isRequired } of first?.fields ?? []) {
    if (!isRequired) continue;
    if (choices !== undefined) settings[name] = choices[0];
    else if (type === "integer" || type === "number") settings[name] = Math.max(1, min ?? 1);
  }
  const [profile] = profiles;
  return profile === undefined ? settings : { ...settings, profile: profile.id };
}

function fieldOf(name: string, one: Json, isRequired: boolean): SchemaField | undefined {
  const choices = choicesOf(one);
  if (choices !== undefined) {
    return { name, type: typeof choices[0] === "number" ? "number" : "string", choices, isRequired };
  }
  const type = one["type"];
  if (type !== "number" && type !== "integer" && type !== "string" && type !== "boolean") return undefined;
  const { minimum, maximum } = one;
  return {
    name,
    type,
    isRequired,
    ...(typeof minimum === "number" ? { min: minimum } : {}),
    ...(typeof maximum === "number" ? { max: maximum } : {}),
  };
}

function choicesOf(one: Json): readonly (string | number)[] | undefined {
  const listed = one["enum"];
  if (Array.isArray(listed)) return listed.filter(isChoice);
  const union = one["anyOf"] ?? one["oneOf"];
  if (!Array.isArray(union) || !union.every((each) => isJson(each) && "const" in each)) return undefined;
  return union.map((each: Json) => each["const"]).filter(isChoice);
}

function isChoice(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
