import type { Stats } from "node:fs";
import { lstat, open, opendir } from "node:fs/promises";
import { basename, join } from "node:path";

import { errorCode } from "@outpost/kernel/thrown.ts";

import { MAX_JPEG_BYTES } from "../../codec/jpeg-splitter.ts";
import { readJpeg } from "../../codec/jpeg-walk.ts";
import { CameraError } from "../../errors.ts";
import type { FolderSource as FolderSettings } from "../../settings.ts";
import type { FrameDeps, FrameRequest, FrameSource, Picture, SourceRun } from "../frame-source.ts";
import { assertJpegWanted } from "./jpeg-only.ts";

/** A folder that nobody empties would take longer to look through from day to day. */
const MAX_ENTRIES = 10_000;
/** The newest file may still be being written; the one before it is whole then. */
const CANDIDATES = 2;

interface File {
  readonly path: string;
  readonly mtimeMs: number;
  readonly size: number;
}

/** JPEG files of one folder: the newest, for cameras that upload theirs, or all of them in turn, for tests. */
export class FolderSource implements FrameSource {
  readonly name: string;
  readonly isWatched = false;
  readonly #settings: FolderSettings;
  readonly #deps: FrameDeps;
  #newest: { readonly file: File; readonly capturedAtMs: number } | undefined;

  constructor(settings: FolderSettings, deps: FrameDeps) {
    this.name = `folder ${basename(settings.path)}`;
    this.#settings = settings;
    this.#deps = deps;
  }

  async prepare(request: FrameRequest): Promise<void> {
    assertJpegWanted(this.name, request);
  }

  async run(run: SourceRun, signal: AbortSignal): Promise<void> {
    await (this.#settings.order === "newest" ? this.#runNewest(run, signal) : this.#runLoop(run, signal));
  }

  async #runNewest({ request, onPicture }: SourceRun, signal: AbortSignal): Promise<void> {
    let shownAtMs: number | undefined;
    for (;;) {
      const picture = await this.#newestPicture(signal);
      if (picture.capturedAtMs !== shownAtMs) onPicture(picture);
      shownAtMs = picture.capturedAtMs;
      await this.#pause(request, signal);
    }
  }

  async #runLoop({ request, onPicture }: SourceRun, signal: AbortSignal): Promise<void> {
    for (;;) {
      const files = (await this.#list(signal)).toSorted((a, b) => (a.path < b.path ? -1 : 1));
      for (const { path } of files) {
        onPicture(await this.#read(path));
        await this.#pause(request, signal);
      }
    }
  }

  async #pause({ maxFramesPerSecond }: FrameRequest, signal: AbortSignal): Promise<void> {
    const perSecond = Math.min(maxFramesPerSecond, this.#settings.framesPerSecond);
    await this.#deps.clock.sleep(1_000 / perSecond, signal);
  }

  async #newestPicture(signal: AbortSignal): Promise<Picture & { readonly capturedAtMs: number }> {
    const files = await this.#list(signal);
    const newest = files.toSorted((a, b) => b.mtimeMs - a.mtimeMs || (a.path < b.path ? 1 : -1)).slice(0, CANDIDATES);
    let failure: unknown;
    for (const file of newest) {
      try {
        return { ...(await this.#read(file.path)), capturedAtMs: this.#writtenAtMs(file) };
      } catch (error) {
        if (!(error instanceof CameraError)) throw error;
        failure ??= error;
      }
    }
    throw failure;
  }

  /** On the monotonic clock, and the same for the same file, even where the wall clock jumps meanwhile. */
  #writtenAtMs(file: File): number {
    const known = this.#newest;
    const isSame =
      known?.file.path === file.path && known.file.mtimeMs === file.mtimeMs && known.file.size === file.size;
    if (isSame) return known.capturedAtMs;
    const { wallMs, monotonicMs, confidence } = this.#deps.clock.now();
    const ageMs = confidence === "doubtful" ? 0 : Math.max(0, wallMs - file.mtimeMs);
    this.#newest = { file, capturedAtMs: monotonicMs - ageMs };
    return monotonicMs - ageMs;
  }

  /** At least one. @throws CameraError `camera/no-picture` */
  async #list(signal: AbortSignal): Promise<readonly File[]> {
    const paths: string[] = [];
    try {
      let entries = 0;
      for await (const entry of await opendir(this.#settings.path)) {
        signal.throwIfAborted();
        entries += 1;
        if (entries > MAX_ENTRIES) throw new CameraError("camera/no-picture", `${this.name} has too many files`);
        // No links: they may lead out of the folder.
        if (entry.isFile() && /\.jpe?g$/i.test(entry.name)) paths.push(join(this.#settings.path, entry.name));
      }
    } catch (error) {
      throw this.#fileError(error);
    }
    const files: File[] = [];
    for (const path of paths) {
      signal.throwIfAborted();
      const stats = await statOf(path);
      if (stats !== undefined) files.push({ path, mtimeMs: stats.mtimeMs, size: stats.size });
    }
    if (files.length === 0) throw new CameraError("camera/no-picture", `${this.name} holds no JPEG file`);
    return files;
  }

  async #read(path: string): Promise<Picture> {
    try {
      await using file = await open(path);
      const { size } = await file.stat();
      if (size > MAX_JPEG_BYTES) throw this.#badFile();
      const buffer = Buffer.alloc(size);
      const { bytesRead } = await file.read(buffer, 0, size, 0);
      const shape = readJpeg(buffer.subarray(0, bytesRead));
      if (shape === undefined) throw this.#badFile();
      return { bytes: buffer.subarray(0, shape.length), width: shape.width, height: shape.height };
    } catch (error) {
      throw this.#fileError(error);
    }
  }

  #badFile(): CameraError {
    return new CameraError("camera/bad-stream", `${this.name}: the newest file is no whole JPEG`);
  }

  #fileError(error: unknown): unknown {
    const code = errorCode(error);
    // Only what the file system says has such a code; the rest is no matter of files.
    if (error instanceof CameraError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
    return new CameraError("camera/no-picture", `${this.name} cannot be read: ${code}`, { cause: error });
  }
}

/** Undefined where it was taken away meanwhile. */
async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch {
    return undefined;
  }
}
