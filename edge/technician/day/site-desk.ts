import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { formatFault } from "../../site/fault.ts";
import { TechnicianError } from "../errors.ts";
import type { TechnicianDeps } from "../server/deps.ts";
import type { DevicePlanView, SiteCheckView, SiteView } from "../server/views.ts";

const CHECKER = fileURLToPath(new URL("check-draft.ts", import.meta.url));
const CHECK_TIMEOUT_MS = 60_000;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** What `check-draft.ts` answers. */
const checkedDraft = z.object({
  text: z.string(),
  faults: z.array(z.string()),
  changes: z.array(
    z.object({
      part: z.enum(["site", "uplink", "links", "devices", "rules", "actions", "other"]),
      id: z.string(),
      change: z.enum(["added", "removed", "changed"]),
    }),
  ),
  steps: z.array(z.string()),
});
type CheckedDraft = z.infer<typeof checkedDraft>;

type SiteDeskDeps = Pick<TechnicianDeps, "site" | "applySiteFile" | "siteFile" | "stateDirectory">;

/** Where a technician's draft of the site becomes the site. One apply at a time. */
export class SiteDesk {
  readonly #deps: SiteDeskDeps;
  #revision = 1;
  #lastText: string;
  #applying: Promise<unknown> = Promise.resolve();

  constructor(deps: SiteDeskDeps) {
    this.#deps = deps;
    this.#lastText = deps.site().text;
  }

  /** Another number whenever another text runs, whoever changed it. */
  get revision(): number {
    const { text } = this.#deps.site();
    if (text !== this.#lastText) this.#revision += 1;
    this.#lastText = text;
    return this.#revision;
  }

  view(): SiteView {
    const { document, text, devices } = this.#deps.site();
    return {
      document,
      digest: digestOf(text),
      revision: this.revision,
      devices: devices.map(({ settings, device }): DevicePlanView => ({
        id: settings.id,
        adapter: settings.adapter,
        name: settings.name,
        profile: device.profile,
        points: device.points,
      })),
    };
  }

  /** Everything that is wrong with a draft, and what it would change. Nothing is touched. */
  async check(document: unknown, signal: AbortSignal): Promise<SiteCheckView> {
    const { faults, changes, steps } = await this.#checked(document, signal);
    return { faults, changes, steps };
  }

  /**
   * Makes a draft the site: written to the site file, applied by planned steps. The file before is kept beside it.
   *
   * @param basedOn  the digest of the text the draft began with.
   * @throws TechnicianError `technician/conflict` where another text runs by now, `technician/refused` with the faults.
   */
  async apply(document: unknown, basedOn: string, signal: AbortSignal): Promise<SiteCheckView> {
    const mine = this.#applying.then(() => this.#applyOnce(document, basedOn, signal));
    this.#applying = mine.catch(() => {});
    return await mine;
  }

  async #applyOnce(document: unknown, basedOn: string, signal: AbortSignal): Promise<SiteCheckView> {
    const before = this.#deps.site().text;
    if (digestOf(before) !== basedOn) {
      throw new TechnicianError("technician/conflict", "the site has changed since this draft began");
    }
    const { text, faults, changes, steps } = await this.#checked(document, signal);
    if (faults.length > 0) throw new TechnicianError("technician/refused", faults.slice(0, 10).join("\n"));
    await this.#write(text);
    const refused = await this.#deps.applySiteFile();
    if (refused.length > 0) {
      // What runs was not touched; the file must say what runs, or the next start would not.
      await this.#write(before);
      await this.#deps.applySiteFile();
      throw new TechnicianError("technician/refused", refused.map(formatFault).join("\n"));
    }
    return { faults: [], changes, steps };
  }

  async #write(text: string): Promise<void> {
    const { siteFile } = this.#deps;
    try {
      const old = await readFile(siteFile, "utf8").catch(() => undefined);
      if (old !== undefined && old !== text) await replaceFile(`${siteFile}.before`, old);
      await replaceFile(siteFile, text);
    } catch (error) {
      const code = errorCode(error) ?? asError(error).message;
      throw new TechnicianError("technician/refused", `the site file ${siteFile} cannot be written: ${code}`, {
        cause: error,
      });
    }
  }

  /** In a process of its own: a large site takes longer to check than the alarm path may wait. */
  async #checked(document: unknown, signal: AbortSignal): Promise<CheckedDraft> {
    const parent = join(this.#deps.stateDirectory, "technician");
    await mkdir(parent, { recursive: true, mode: 0o700 });
    const folder = await mkdtemp(join(parent, "draft-"));
    try {
      await writeFile(join(folder, "current.yaml"), this.#deps.site().text, { mode: 0o600 });
      await writeFile(join(folder, "draft.json"), JSON.stringify(document), { mode: 0o600 });
      return checkedDraft.parse(JSON.parse(await run(folder, signal)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
}

function run(folder: string, signal: AbortSignal): Promise<string> {
  const options = { timeout: CHECK_TIMEOUT_MS, maxBuffer: MAX_ANSWER_BYTES, signal };
  return new Promise((resolve, reject) => {
    execFile(process.execPath, [CHECKER, folder], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`checking the draft failed: ${stderr.slice(-500)}`, { cause: error }));
    });
  });
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
