import { open } from "node:fs/promises";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from "yaml";

import type { Position, SiteFault } from "./fault.ts";

export const MAX_SITE_BYTES = 1024 * 1024;
/** A thousand devices may share one anchor; more is an attempt to blow the document up. */
const MAX_ALIASES = 2_000;
const MAX_SYNTAX_FAULTS = 20;

type Path = readonly PropertyKey[];

/** A parsed YAML file that still knows where each value stands. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** Where the value at `path` begins, or its nearest parent that is there. */
  locate(path: Path): Position | undefined;
  /** Where the key that `path` ends with is written. */
  locateKey(path: Path): Position | undefined;
}

export type YamlReading =
  | { readonly kind: "parsed"; readonly yaml: YamlFile }
  | { readonly kind: "refused"; readonly faults: readonly SiteFault[] };

/** Reads a file of at most `MAX_SITE_BYTES` of UTF-8 and parses it as YAML 1.2. Never throws for what the file holds. */
export async function readYamlFile(file: string): Promise<YamlReading> {
  let bytes: Buffer;
  try {
    bytes = await readBounded(file);
  } catch (error) {
    return refused(file, `cannot be read: ${errorCode(error) ?? asError(error).message}`);
  }
  if (bytes.length > MAX_SITE_BYTES) return refused(file, `expected at most ${MAX_SITE_BYTES} bytes, found more`);
  try {
    return parseYaml(file, new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return refused(file, "expected UTF-8 text, found other bytes");
  }
}

/** Parses YAML text; `file` is only its name in messages. */
export function parseYaml(file: string, text: string): YamlReading {
  try {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    if (document.errors.length > 0) {
      const faults = document.errors.slice(0, MAX_SYNTAX_FAULTS).map((error) => ({
        file,
        position: positionAt(lines, error.pos[0]),
        path: "",
        message: `expected YAML, found: ${error.message}`,
      }));
      return { kind: "refused", faults };
    }
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return { kind: "parsed", yaml: createYamlFile({ file, text, value }, document, lines) };
  } catch (error) {
    // The parser recurses: a file nested a thousand levels deep ends here, and so do too many aliases.
    return refused(file, `expected YAML of a reasonable depth, found: ${asError(error).message}`);
  }
}

function createYamlFile(
  own: Pick<YamlFile, "file" | "text" | "value">,
  document: Document,
  lines: LineCounter,
): YamlFile {
  return {
    ...own,
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

async function readBounded(file: string): Promise<Buffer> {
  await using handle = await open(file, "r");
  if (!(await handle.stat()).isFile()) throw new Error("not a file");
  const buffer = Buffer.alloc(MAX_SITE_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function refused(file: string, message: string): YamlReading {
  return { kind: "refused", faults: [{ file, position: undefined, path: "", message }] };
}
