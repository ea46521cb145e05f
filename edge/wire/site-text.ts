import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, stringify, type Document } from "yaml";

import type { Position, SiteTextFault } from "./site-fault.ts";
import type { SiteDocument } from "./site.ts";

/** The largest text of a site document, in UTF-8 bytes. */
export const MAX_SITE_BYTES = 1024 * 1024;
/** A thousand devices may share one anchor; more is an attempt to blow the document up. */
const MAX_ALIASES = 2_000;
const MAX_SYNTAX_FAULTS = 20;

type Path = readonly PropertyKey[];

/** Parsed YAML that still knows where each value stands. */
export interface SiteText {
  readonly value: unknown;
  /** Where the value at `path` begins, or its nearest parent that is there. */
  locate(path: Path): Position | undefined;
  /** Where the key that `path` ends with is written. */
  locateKey(path: Path): Position | undefined;
}

export type SiteTextReading =
  | { readonly kind: "parsed"; readonly text: SiteText }
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] };

/** A site document as YAML text, which reads as the same document again. */
export function writeSiteText(document: SiteDocument): string {
  // Without anchors: a person edits each of two blocks that happen to be alike.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 110 });
}

/** Parses YAML 1.2 text, of which JSON is a part. Never throws for what the text holds. */
export function parseSiteText(text: string): SiteTextReading {
  if (Buffer.byteLength(text) > MAX_SITE_BYTES) return refused(`expected at most ${MAX_SITE_BYTES} bytes, found more`);
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    if (document.errors.length > 0) {
      const faults = document.errors.slice(0, MAX_SYNTAX_FAULTS).map((error) => ({
        position: positionAt(lines, error.pos[0]),
        path: "",
        message: `expected YAML, found: ${error.message}`,
      }));
      return { kind: "refused", faults };
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { kind: "parsed", text: locatable(value, document, lines) };
  } catch (error) {
    // The parser recurses: a file nested a thousand levels deep ends here, and so do too many aliases.
    return refused(
      `expected YAML of a reasonable depth, found: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function locatable(value: unknown, document: Document, lines: LineCounter): SiteText {
  return {
    value,
    locate: (path) => positionAt(lines, walk(document, path).valueAt),
    locateKey: (path) => positionAt(lines, walk(document, path).keyAt),
  };
}

/** Follows `path` as far as it exists, through aliases. */
function walk(document: Document, path: Path): { valueAt: number | undefined; keyAt: number | undefined } {
  let node: unknown = document.contents;
  let valueAt = startOf(node);
  let keyAt = valueAt;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document);
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step));
      if (pair === undefined) break;
      keyAt = startOf(pair.key);
      node = pair.value;
      valueAt = startOf(node) ?? keyAt;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      if (node === undefined) break;
      valueAt = startOf(node) ?? valueAt;
      keyAt = valueAt;
    } else break;
  }
  return { valueAt, keyAt };
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) || isAlias(node) ? node.range?.[0] : undefined;
}

function positionAt(lines: LineCounter, offset: number | undefined): Position | undefined {
  if (offset === undefined) return undefined;
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function refused(message: string): SiteTextReading {
  return { kind: "refused", faults: [{ position: undefined, path: "", message }] };
}
