import type { z } from "zod";

import { showValue, type SiteTextFault } from "./site-fault.ts";
import type { SiteText } from "./site-text.ts";

type Issue = z.core.$ZodIssue;

const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a block of keys",
  record: "a block of keys",
};

/** Says in words, and with its place in the text, what the schema found wrong. One issue may name several keys. */
export function schemaFaults(issue: Issue, text: SiteText): SiteTextFault[] {
  const { issue: inner, path } = innermost(issue, [...issue.path]);
  if (inner.code === "unrecognized_keys") {
    return inner.keys.map((key) => ({
      position: text.locateKey([...path, key]),
      path: [...path, key].join("."),
      message: `expected no key of this name here, found ${showValue(key)}`,
    }));
  }
  const found = valueAt(text.value, path);
  return [{ position: text.locate(path), path: path.join("."), message: message(inner, found) }];
}

function message(issue: Issue, found: unknown): string {
  if (issue.code === "custom") return issue.message;
  return `expected ${expected(issue)}, found ${showValue(found)}`;
}

function expected(issue: Exclude<Issue, { code: "custom" }>): string {
  switch (issue.code) {
    case "invalid_type":
      return TYPE_WORDS[issue.expected] ?? issue.expected;
    case "invalid_value":
      return oneOf(issue.values);
    case "invalid_union":
      return unionWords(issue);
    case "too_small":
      return `${sizeWord(issue.origin)}${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}`;
    case "too_big":
      return `${sizeWord(issue.origin)}${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}`;
    case "invalid_format":
      return formatWords(issue);
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "unrecognized_keys":
    case "invalid_key":
    case "invalid_element":
      return issue.message;
  }
}

function formatWords(issue: Extract<Issue, { code: "invalid_format" }>): string {
  if (issue.format === "url") return "an address such as mqtt://broker.example:1883";
  // Our own patterns carry words of their own; a bare pattern has only the parser's sentence.
  return issue.message.startsWith("Invalid") ? `text that fits ${issue.pattern ?? issue.format}` : issue.message;
}

function unionWords(issue: Extract<Issue, { code: "invalid_union" }>): string {
  if ("options" in issue && Array.isArray(issue.options)) return oneOf(issue.options);
  const branches = issue.errors.map((branch) => branch[0]);
  const literals = branches.flatMap((branch) => (branch?.code === "invalid_value" ? branch.values : []));
  if (literals.length === branches.length) return oneOf(literals);
  return branches
    .flatMap((branch) => (branch === undefined || branch.code === "custom" ? [] : [expected(branch)]))
    .join(", or ");
}

/** Of a union, only the branch the writer meant is worth a message: the one that fits the value's own kind. */
function innermost(issue: Issue, path: PropertyKey[]): { issue: Issue; path: PropertyKey[] } {
  if (issue.code !== "invalid_union") return { issue, path };
  const meant = issue.errors.find((branch) => branch.length > 0 && branch.every((one) => one.path.length > 0));
  const first = meant?.[0];
  return first === undefined ? { issue, path } : innermost(first, [...path, ...first.path]);
}

function sizeWord(origin: string): string {
  if (origin === "string") return "a number of characters of ";
  return origin === "array" ? "a number of items of " : "a number of ";
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => showValue(value)).join(" or ");
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Object.getOwnPropertyDescriptor(value, step)?.value;
  }
  return value;
}
