import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { z } from "zod";

import type { Language } from "../catalogue.ts";
import type { CommissioningBook } from "../day/book.ts";
import { lookAtNetwork } from "../day/network.ts";
import { TechnicianError } from "../errors.ts";
import type { Audit } from "../server/audit.ts";
import type { TechnicianDeps } from "../server/deps.ts";
import type { ReportView } from "../server/views.ts";
import { isAllWithFleet } from "../with-fleet.ts";
import { findBrowser, printPdf } from "./print-pdf.ts";
import { tallyAlarms, tallyPoints, type ReportContent } from "./report-content.ts";
import { keyFingerprint, Signer } from "./signer.ts";

const MAX_REPORTS = 30;
const RENDER_TIMEOUT_MS = 60_000;
const SETTLED_MS = 3_000;
const WORKER = new URL("render-worker.ts", import.meta.url);
/** Nothing else is ever read from the folder of reports. */
const REPORT_ID = /^commissioning-[a-z0-9._-]{1,63}-\d{8}T\d{6}-(zh|en)$/;

const kept = z.strictObject({
  id: z.string().regex(REPORT_ID),
  madeAtMs: z.number(),
  by: z.string(),
  language: z.enum(["zh", "en"]),
  sha256: z.string(),
  hasPdf: z.boolean(),
  verifyCommand: z.string(),
  /** The fleet was seen to hold its record. */
  isUploaded: z.boolean().default(false),
});
type Kept = z.infer<typeof kept>;

/** Undefined where it is none: one spoilt file must not hide the others. */
async function readKept(path: string): Promise<Kept | undefined> {
  try {
    return kept.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

export const REPORT_FILES = { html: ".html", sig: ".html.sig", key: ".pub.pem", pdf: ".pdf" } as const;
export type ReportFile = keyof typeof REPORT_FILES;

export interface ReportsDeps extends TechnicianDeps {
  readonly folder: string;
  readonly book: CommissioningBook;
  readonly audit: Audit;
}

/** Makes commissioning reports, one at a time, and keeps the last thirty of them in a folder of the state directory. */
export class Reports implements AsyncDisposable {
  readonly #deps: ReportsDeps;
  readonly #signer: Signer;
  #making: Promise<unknown> | undefined;

  constructor(deps: ReportsDeps) {
    this.#deps = deps;
    this.#signer = new Signer(deps.identity, deps.stateDirectory);
  }

  /** @throws TechnicianError `technician/busy` while one is being made. */
  async make(language: Language, by: string): Promise<ReportView> {
    if (this.#making !== undefined) throw new TechnicianError("technician/busy", "a report is being made");
    const making = this.#make(language, by);
    this.#making = making.catch(() => {});
    try {
      return await making;
    } finally {
      this.#making = undefined;
    }
  }

  /** The newest first. */
  async list(): Promise<readonly ReportView[]> {
    const names = await readdir(this.#deps.folder).catch(() => []);
    const files = names.filter((name) => name.endsWith(".json")).map((name) => join(this.#deps.folder, name));
    const views = (await Promise.all(files.map(readKept))).filter((one) => one !== undefined);
    const noted = await this.#noteUploaded(views);
    const hasUplink = this.#deps.site().document.uplink !== undefined;
    return noted
      .map((view) => ({ ...view, isUploaded: hasUplink || view.isUploaded ? view.isUploaded : null }))
      .toSorted((a, b) => b.madeAtMs - a.madeAtMs);
  }

  /** Where a file of a report is. @throws TechnicianError `technician/not-found` where the name is none of ours. */
  fileOf(id: string, file: ReportFile): string {
    if (!REPORT_ID.test(id)) throw new TechnicianError("technician/not-found", "there is no such report");
    return join(this.#deps.folder, `${id}${REPORT_FILES[file]}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#making;
  }

  async #make(language: Language, by: string): Promise<ReportView> {
    const { folder, log } = this.#deps;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { publicKeyPem } = await this.#signer.sign(Buffer.alloc(0));
    const content = await this.#content(language, by, keyFingerprint(publicKeyPem));
    const id = idOf(content);
    const verifyCommand = `openssl dgst -sha256 -verify ${id}.pub.pem -signature ${id}.html.sig ${id}.html`;
    const html = Buffer.from(await render(content, verifyCommand));
    const { signature } = await this.#signer.sign(html);
    await writeFile(this.fileOf(id, "html"), html, { mode: 0o600 });
    await writeFile(this.fileOf(id, "sig"), signature, { mode: 0o600 });
    await writeFile(this.fileOf(id, "key"), publicKeyPem, { mode: 0o600 });
    const browser = await findBrowser();
    const hasPdf =
      browser !== undefined && (await printPdf(browser, this.fileOf(id, "html"), this.fileOf(id, "pdf"), log));
    const sha256 = createHash("sha256").update(html).digest("hex");
    const { madeAtMs } = content;
    const report: Kept = { id, madeAtMs, by, language, sha256, hasPdf, verifyCommand, isUploaded: false };
    // Last: a report is there once this file is.
    await this.#keep(report);
    this.#tell(content, report, signature);
    await this.#forgetOld();
    return { ...report, isUploaded: null };
  }

  /** What the fleet has, it keeps: once seen, it is written down. */
  async #noteUploaded(reports: readonly Kept[]): Promise<readonly Kept[]> {
    const { uplink, journal, now } = await this.#deps.snapshot();
    const isAllUp = isAllWithFleet({ uplink, journal }, "occurrence");
    const noted: Kept[] = [];
    for (const report of reports) {
      // A record needs a moment to reach the journal, which counts nothing as waiting before.
      const isNew = isAllUp && !report.isUploaded && now.wallMs - report.madeAtMs > SETTLED_MS;
      const after = isNew ? { ...report, isUploaded: true } : report;
      if (isNew) await this.#keep(after);
      noted.push(after);
    }
    return noted;
  }

  async #keep(report: Kept): Promise<void> {
    await replaceFile(join(this.#deps.folder, `${report.id}.json`), JSON.stringify(report));
  }

  /** The report's digest and signature go up with the journal: the fleet can tell a genuine copy from any other. */
  #tell(content: ReportContent, report: Kept, signature: Uint8Array): void {
    const { id, by, language, sha256 } = report;
    const points = tallyPoints(content.devices, content.book);
    const alarms = tallyAlarms(content.rules, content.book);
    this.#deps.audit.occurrence("commissioning-report", {
      id,
      by,
      language,
      sha256,
      signature: Buffer.from(signature).toString("base64"),
      key: content.keyFingerprint,
      points: points.of,
      pointsPassed: points.passed,
      pointsFailed: points.failed,
      alarms: alarms.of,
      alarmsPassed: alarms.passed,
      alarmsFailed: alarms.failed,
    });
  }

  async #content(language: Language, by: string, fingerprint: string): Promise<ReportContent> {
    const { clock, book } = this.#deps;
    const { document, devices } = this.#deps.site();
    const snapshot = await this.#deps.snapshot();
    const network = await lookAtNetwork(clock, document.uplink?.url, AbortSignal.timeout(RENDER_TIMEOUT_MS));
    const states = new Map(snapshot.devices.map(({ id, health }) => [id, health.state] as const));
    const { wallMs, confidence } = clock.now();
    return {
      language,
      site: document.site,
      gatewayId: document.gateway.id,
      agentVersion: snapshot.agentVersion,
      madeAtMs: wallMs,
      confidence,
      by,
      keyFingerprint: fingerprint,
      devices: devices.map(({ settings, device }) => ({
        id: settings.id,
        adapter: settings.adapter,
        name: settings.name,
        profile: device.profile,
        points: device.points,
        state: states.get(settings.id) ?? "starting",
      })),
      rules: document.rules,
      actions: document.actions,
      book: book.view,
      uplinkPhase: snapshot.uplink?.phase ?? "none",
      waitingRecords: snapshot.journal === undefined ? null : sum(Object.values(snapshot.journal.waiting)),
      checks: network.checks,
    };
  }

  async #forgetOld(): Promise<void> {
    const old = (await this.list()).slice(MAX_REPORTS);
    for (const { id } of old) {
      const files = [`${id}.json`, ...Object.values(REPORT_FILES).map((ending) => `${id}${ending}`)];
      for (const file of files) await rm(join(this.#deps.folder, file), { force: true });
    }
  }
}

function idOf({ gatewayId, madeAtMs, language }: ReportContent): string {
  const stamp = new Date(madeAtMs).toISOString().replaceAll(/[-:]|\.\d+Z/g, "");
  return `commissioning-${gatewayId}-${stamp}-${language}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, one) => total + one, 0);
}

async function render(content: ReportContent, verifyCommand: string): Promise<string> {
  const worker = new Worker(WORKER, {
    workerData: { content, verifyCommand },
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  try {
    const [html]: unknown[] = await once(worker, "message", { signal: AbortSignal.timeout(RENDER_TIMEOUT_MS) });
    return z.string().parse(html);
  } finally {
    await worker.terminate();
  }
}
