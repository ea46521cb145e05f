import { isDeepStrictEqual } from "node:util";

import type { FieldChange, SiteChange } from "./site-exchange.ts";

/**
 * What differs between two site documents, by section and id, in the order of the documents. Lists of things with ids
 * are compared by id, so that moving one is no change; other lists by place. Pure; knows no section by name, so that a new
 * one is shown from its first day.
 */
export function diffSites(was: object, is: object): SiteChange[] {
  const before = new Map<string, unknown>(Object.entries(was));
  const after = new Map<string, unknown>(Object.entries(is));
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((section) =>
    diffSection(section, before.get(section), after.get(section)),
  );
}

function diffSection(section: string, was: unknown, is: unknown): SiteChange[] {
  const before = itemsById(was);
  const after = itemsById(is);
  if (before !== undefined && after !== undefined && before.size + after.size > 0) {
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((id) =>
      diffThing({ section, id }, before.get(id), after.get(id)),
    );
  }
  return diffThing({ section }, was, is);
}

function diffThing(of: Pick<SiteChange, "section" | "id">, was: unknown, is: unknown): SiteChange[] {
  if (isDeepStrictEqual(was, is)) return [];
  const change = was === undefined ? "added" : is === undefined ? "removed" : "changed";
  return [{ ...of, change, fields: [...fieldsOf(was, is, "")] }];
}

/** Every leaf that differs, with its path below the thing. */
function* fieldsOf(was: unknown, is: unknown, path: string): Generator<FieldChange> {
  if (isDeepStrictEqual(was, is)) return;
  const [before, after] = [entriesOf(was), entriesOf(is)];
  if (before === undefined && after === undefined) {
    yield { path, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
    return;
  }
  // A leaf in the place of a block: the leaf is one change, and what is in the block others.
  if (before === undefined && was !== undefined) yield { path, before: was };
  if (after === undefined && is !== undefined) yield { path, after: is };
  for (const key of new Set([...(before ?? new Map()).keys(), ...(after ?? new Map()).keys()])) {
    yield* fieldsOf(before?.get(key), after?.get(key), path === "" ? key : `${path}.${key}`);
  }
}

function entriesOf(value: unknown): Map<string, unknown> | undefined {
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
}

function itemsById(value: unknown): Map<string, unknown> | undefined {
  if (value === undefined) return new Map();
  if (!Array.isArray(value)) return undefined;
  const items = new Map<string, unknown>();
  for (const item of value as readonly unknown[]) {
    const id = entriesOf(item)?.get("id");
    if (typeof id !== "string") return undefined;
    items.set(id, item);
  }
  return items;
}
