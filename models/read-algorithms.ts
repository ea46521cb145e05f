import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { errorCode } from "@outpost/kernel/thrown.ts";

import { parseAlgorithm, type AlgorithmManifest } from "./algorithm.ts";
import { ModelError } from "./errors.ts";

/** This folder: the packages we ship lie beside this file. */
export const SHIPPED_ALGORITHMS = import.meta.dirname;

const MAX_ALGORITHMS = 200;

/**
 * Reads every algorithm package below a folder: `<id>/algorithm.json`.
 *
 * @throws ModelError `models/bad-algorithm` where one does not fit or its folder has another name.
 */
export function readAlgorithms(folder: string = SHIPPED_ALGORITHMS): ReadonlyMap<string, AlgorithmManifest> {
  const found = new Map<string, AlgorithmManifest>();
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const text = textOf(join(folder, entry.name, "algorithm.json"));
    if (text === undefined) continue;
    if (found.size >= MAX_ALGORITHMS) throw new ModelError("models/bad-algorithm", `more than ${MAX_ALGORITHMS}`);
    const algorithm = parseNamed(text, entry.name);
    found.set(algorithm.id, algorithm);
  }
  return found;
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw new ModelError("models/bad-algorithm", `${path} cannot be read`, { cause: error });
  }
}

function parseNamed(text: string, folder: string): AlgorithmManifest {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (error) {
    throw new ModelError("models/bad-algorithm", `${folder}/algorithm.json is no JSON`, { cause: error });
  }
  const algorithm = parseAlgorithm(raw);
  if (algorithm.id === folder) return algorithm;
  throw new ModelError("models/bad-algorithm", `${folder}/algorithm.json has the id ${algorithm.id}`);
}
