import { open } from "node:fs/promises";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { errorCode } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { unjudged, type TimeState } from "./judgement.ts";

const MAX_BYTES = 4_096;

const unixMs = z.number().min(0).max(8_640_000_000_000_000);

const stateFile = z.strictObject({
  version: z.literal(1),
  bootId: z.string().min(1).max(64),
  floor: z.strictObject({ certainMs: unixMs, likelyMs: unixMs }),
  offsetMs: z.number().optional(),
  confirmedOffsetMs: z.number().optional(),
  doubt: z.enum(["before-floor", "stepped", "contradicted"]).optional(),
  markMs: z.number().optional(),
});

/** What the file gave: a state to start from, and what was wrong with the file if it could not be used. */
export interface LoadedState {
  readonly state: TimeState;
  readonly fault: string | undefined;
}

/**
 * Reads what was known about the wall clock when the gateway last wrote it down.
 *
 * In the same boot everything still holds, as both clocks ran on; in another boot only the floor does. A missing file is
 * ordinary; an unreadable or damaged one costs the persisted floor, not the start.
 *
 * @param buildTimeMs  the floor that no file can lower.
 */
export async function loadState(path: string, bootId: string, buildTimeMs: number): Promise<LoadedState> {
  const atBuild = unjudged({ certainMs: buildTimeMs, likelyMs: buildTimeMs });
  let content: string;
  try {
    content = await readBounded(path);
  } catch (error) {
    return { state: atBuild, fault: errorCode(error) === "ENOENT" ? undefined : String(error) };
  }
  const parsed = stateFile.safeParse(jsonOrUndefined(content));
  if (!parsed.success) return { state: atBuild, fault: "not a time state file" };
  const saved = parsed.data;
  const floor = {
    certainMs: Math.max(buildTimeMs, saved.floor.certainMs),
    likelyMs: Math.max(buildTimeMs, saved.floor.likelyMs),
  };
  if (saved.bootId !== bootId) return { state: unjudged(floor), fault: undefined };
  const { offsetMs, confirmedOffsetMs, doubt, markMs } = saved;
  return { state: { floor, offsetMs, confirmedOffsetMs, doubt, markMs }, fault: undefined };
}

/** Writes the state down durably. @throws the file system's own error. */
export async function saveState(path: string, bootId: string, state: TimeState): Promise<void> {
  const content = { version: 1, bootId, ...state } satisfies z.input<typeof stateFile>;
  await replaceFile(path, JSON.stringify(content));
}

async function readBounded(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function jsonOrUndefined(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    // Not JSON is one of the ways to be damaged; the schema says so.
    return undefined;
  }
}
