import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { z } from "zod";

import { VisionError } from "../errors.ts";
import { LocalPicture } from "../local-picture.ts";

export interface EvidenceLimits {
  readonly maxBytes: number;
  readonly keepDays: number;
}

const about = z.object({
  occurrenceId: z.string().regex(/^[0-9a-f]{32}$/),
  ruleId: z.string().max(128),
  camera: z.string().max(64),
  raisedAtMs: z.number(),
  /** `people`: no face model is here, so the upper part of every person's box is blurred. */
  blurredBy: z.enum(["faces", "people", "none"]),
  pictures: z.int().min(1).max(200),
});
export type EvidenceAbout = z.infer<typeof about>;

const ABOUT = "about.json";
const DAY_MS = 86_400_000;
const OCCURRENCE = /^[0-9a-f]{32}$/;
const UNFINISHED = /^[0-9a-f]{32}\.new$/;
const PICTURE = /^\d{3}\.jpg$/;
const MAX_LISTED = 1_000;

/**
 * Evidence on the gateway's own disk, a folder an alarm: `000.jpg` is the still, those after it the clip. Nothing of it
 * leaves the gateway. What is older than allowed goes, and the oldest where there is no more room.
 */
export class EvidenceStore {
  readonly #folder: string;
  readonly #limits: EvidenceLimits;

  constructor(folder: string, limits: EvidenceLimits) {
    this.#folder = folder;
    this.#limits = limits;
  }

  /**
   * Keeps an alarm's pictures, whole or not at all.
   *
   * @returns bytes written.
   * @throws VisionError `vision/no-space` where they alone are more than the quota; the file system's own errors.
   */
  async keep(entry: Omit<EvidenceAbout, "pictures">, jpegs: readonly Buffer[], nowMs: number): Promise<number> {
    const bytes = jpegs.reduce((sum, one) => sum + one.length, 0);
    if (bytes > this.#limits.maxBytes) {
      throw new VisionError("vision/no-space", `${bytes} bytes, the quota is ${this.#limits.maxBytes}`);
    }
    await this.#makeRoom(bytes, nowMs);
    const path = join(this.#folder, entry.occurrenceId);
    const fresh = `${path}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true, mode: 0o700 });
    for (const [index, jpeg] of jpegs.entries()) {
      await writeSynced(join(fresh, `${String(index).padStart(3, "0")}.jpg`), jpeg);
    }
    await writeSynced(join(fresh, ABOUT), JSON.stringify({ ...entry, pictures: jpegs.length }));
    await rm(path, { recursive: true, force: true });
    await rename(fresh, path);
    return bytes;
  }

  /** What is kept, newest first. What cannot be read is not listed. */
  async list(): Promise<readonly EvidenceAbout[]> {
    const entries = await this.#entries();
    return entries
      .map((one) => one.about)
      .toSorted((a, b) => b.raisedAtMs - a.raisedAtMs)
      .slice(0, MAX_LISTED);
  }

  /** One picture; undefined where there is none of that name. */
  async picture(occurrenceId: string, file: string): Promise<LocalPicture | undefined> {
    if (!OCCURRENCE.test(occurrenceId) || !PICTURE.test(file)) return undefined;
    const bytes = await readFile(join(this.#folder, occurrenceId, file)).catch(() => undefined);
    return bytes === undefined ? undefined : new LocalPicture(bytes);
  }

  /** Lets go of what a kill left half written. Before anything is kept. */
  async discardUnfinished(): Promise<void> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => UNFINISHED.test(name));
    for (const name of names) await rm(join(this.#folder, name), { recursive: true, force: true });
  }

  /** Lets go of what is too old. */
  async sweep(nowMs: number): Promise<void> {
    await this.#makeRoom(0, nowMs);
  }

  async #makeRoom(bytes: number, nowMs: number): Promise<void> {
    const entries = (await this.#entries()).toSorted((a, b) => a.about.raisedAtMs - b.about.raisedAtMs);
    let used = entries.reduce((sum, one) => sum + one.bytes, 0);
    for (const one of entries) {
      const isOld = nowMs - one.about.raisedAtMs > this.#limits.keepDays * DAY_MS;
      if (!isOld && used + bytes <= this.#limits.maxBytes) continue;
      await rm(join(this.#folder, one.about.occurrenceId), { recursive: true, force: true });
      used -= one.bytes;
    }
  }

  async #entries(): Promise<readonly { readonly about: EvidenceAbout; readonly bytes: number }[]> {
    const names = (await readdir(this.#folder).catch(() => [])).filter((name) => OCCURRENCE.test(name));
    const entries = await Promise.all(
      names.map(async (name) => {
        const path = join(this.#folder, name);
        const parsed = about.safeParse(await readJson(join(path, ABOUT)));
        return parsed.success ? [{ about: parsed.data, bytes: await bytesOf(path) }] : [];
      }),
    );
    return entries.flat();
  }
}

async function bytesOf(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map(async (name) => (await stat(join(folder, name)).catch(() => undefined))?.size),
  );
  return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

async function writeSynced(path: string, content: Buffer | string): Promise<void> {
  await using file = await open(path, "w", 0o600);
  await writeFile(file, content);
  await file.sync();
}
