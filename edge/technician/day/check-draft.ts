import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";

import { weakens } from "@outpost/wire/site-weakens.ts";
import type { SiteDocument } from "@outpost/wire/site.ts";
import { parseDocument } from "yaml";

import { formatFault } from "../../site/fault.ts";
import { fixedFaults, planSite, type SiteStep } from "../../site/plan.ts";
import { readSite } from "../../site/read-site.ts";
import type { ChangeView } from "../server/views.ts";
import { weakeningLine } from "./weakening-line.ts";

/**
 * A process of its own: checks the draft `draft.json` of a folder against what runs (`current.yaml`), and prints one line
 * of JSON: the text it would have as a site file, what is wrong, what would change, and the steps.
 */
async function checkDraft(folder: string): Promise<object> {
  const currentFile = join(folder, "current.yaml");
  const draft: unknown = JSON.parse(await readFile(join(folder, "draft.json"), "utf8"));
  const text = mergedText(await readFile(currentFile, "utf8"), draft);
  const draftFile = join(folder, "draft.yaml");
  await writeFile(draftFile, text, { mode: 0o600 });
  const [current, desired] = [await readSite(currentFile), await readSite(draftFile)];
  const nothing = { text, changes: [], steps: [], weakenings: [] };
  if (desired.kind === "refused") {
    // Names of files in a folder that is gone tomorrow help nobody.
    return { ...nothing, faults: desired.faults.map((fault) => formatFault({ ...fault, file: "site" })) };
  }
  if (current.kind === "refused") return { ...nothing, faults: current.faults.map(formatFault) };
  const fixed = fixedFaults(current.site, desired.site);
  return {
    text,
    faults: fixed.map(({ path, message }) => `${path.join(".")}: ${message}`),
    changes: changesOf(current.site.document, desired.site.document),
    steps: planSite(current.site, desired.site).map(stepLine),
    weakenings: weakens(current.site.document, desired.site.document).map(weakeningLine),
  };
}

/** The file as a person wrote it, comments and all, with only those parts replaced that are different. */
function mergedText(currentText: string, draft: unknown): string {
  const yaml = parseDocument(currentText);
  const before: unknown = yaml.toJS();
  if (!isRecord(draft) || !isRecord(before)) return JSON.stringify(draft);
  for (const key of new Set([...Object.keys(before), ...Object.keys(draft)])) {
    if (isDeepStrictEqual(before[key], draft[key])) continue;
    if (draft[key] === undefined) yaml.delete(key);
    else yaml.set(key, yaml.createNode(draft[key]));
  }
  return yaml.toString({ lineWidth: 120 });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function changesOf(was: SiteDocument, is: SiteDocument): ChangeView[] {
  const lists = (["links", "devices", "rules", "actions"] as const).flatMap((part) => {
    const before = new Map<string, object>(was[part].map((one) => [one.id, one]));
    const after = new Map<string, object>(is[part].map((one) => [one.id, one]));
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((id): ChangeView[] => {
      const [old, fresh] = [before.get(id), after.get(id)];
      if (old === undefined) return [{ part, id, change: "added" }];
      if (fresh === undefined) return [{ part, id, change: "removed" }];
      return isDeepStrictEqual(old, fresh) ? [] : [{ part, id, change: "changed" }];
    });
  });
  const single = (["site", "uplink"] as const).flatMap((part): ChangeView[] =>
    isDeepStrictEqual(was[part], is[part]) ? [] : [{ part, id: part, change: "changed" }],
  );
  const others = Object.keys({ ...was, ...is }).filter((key) => !KNOWN.has(key));
  const rest = others.flatMap((key): ChangeView[] =>
    isDeepStrictEqual(Reflect.get(was, key), Reflect.get(is, key))
      ? []
      : [{ part: "other", id: key, change: "changed" }],
  );
  return [...single, ...lists, ...rest];
}

const KNOWN = new Set(["site", "uplink", "links", "devices", "rules", "actions"]);

/** A step in one line: its kind and what it is about. */
function stepLine(step: SiteStep): string {
  const { kind, ...about } = step;
  return [kind, ...Object.values(about).flat()].join(" ");
}

const [, , folder] = process.argv;
if (folder === undefined) throw new Error("started by site-desk.ts, with a folder");
console.log(JSON.stringify(await checkDraft(folder)));
