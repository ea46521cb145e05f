import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";

import { errorCode } from "@outpost/kernel/thrown.ts";
import { digestOf } from "@outpost/wire/site-packing.ts";

import { readText } from "../read-site.ts";
import { siteState, wantedTexts, type SiteState } from "./state.ts";

/** What a state folder remembers of the site document. */
export type StoredState =
  | { readonly kind: "state"; readonly state: SiteState }
  /** A folder that never had one. */
  | { readonly kind: "none" }
  /** Something is there that is no state; it was put aside. */
  | { readonly kind: "damaged" };

/**
 * The state and the texts it names, each a file of its own and named by its digest. Everything is written beside its place,
 * synced and renamed: after a power cut the old is there or the new, whole.
 */
export class SiteStore {
  readonly #directory: string;

  constructor(stateDirectory: string) {
    this.#directory = join(stateDirectory, "site");
  }

  async load(): Promise<StoredState> {
    const path = this.#statePath();
    const read = await readText(path);
    if (read.kind === "refused") {
      const isThere = await rename(path, `${path}.damaged`).then(
        () => true,
        (error: unknown) => errorCode(error) !== "ENOENT",
      );
      return { kind: isThere ? "damaged" : "none" };
    }
    const parsed = siteState.safeParse(parseJson(read.text));
    if (parsed.success) return { kind: "state", state: parsed.data };
    await rename(path, `${path}.damaged`).catch(() => {});
    return { kind: "damaged" };
  }

  /** @throws the file system's error: the caller has changed nothing yet and goes on with what it has. */
  async save(state: SiteState): Promise<void> {
    await this.#write("state.json", JSON.stringify(state));
    await this.#forget(wantedTexts(state));
  }

  /** Keeps a text before a state names it. @throws the file system's error. */
  async saveText(digest: string, text: string): Promise<void> {
    await this.#write(`${digest}.yaml`, text);
  }

  /** The text of this name; undefined where it is gone, or is another by now. */
  async text(digest: string): Promise<string | undefined> {
    const read = await readText(join(this.#directory, `${digest}.yaml`));
    return read.kind === "text" && digestOf(read.text) === digest ? read.text : undefined;
  }

  #statePath(): string {
    return join(this.#directory, "state.json");
  }

  async #write(name: string, content: string): Promise<void> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    const path = join(this.#directory, name);
    {
      await using file = await open(`${path}.new`, "w", 0o600);
      await file.writeFile(content);
      await file.sync();
    }
    await rename(`${path}.new`, path);
    await using directory = await open(this.#directory, "r");
    await directory.sync();
  }

  async #forget(wanted: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const digest = /^([0-9a-f]{64})\.yaml$/.exec(name)?.[1];
      if (digest !== undefined && !wanted.has(digest)) await rm(join(this.#directory, name), { force: true });
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
