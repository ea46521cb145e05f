import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, constants, mkdtemp, rm, writeFile } from "node:fs/promises";
import { setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import type { Log } from "@outpost/kernel/log.ts";

const BROWSERS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
];
const PRINT_TIMEOUT_MS = 120_000;
const LOWEST = 19;

/** @returns the machine's browser, undefined where it has none. */
export async function findBrowser(candidates: readonly string[] = BROWSERS): Promise<string | undefined> {
  for (const path of candidates) {
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return path;
  }
  return undefined;
}

/**
 * Prints a page to PDF in a child that has two minutes, the lowest priority, and is the first to go when memory is short.
 *
 * @returns whether there is a PDF now.
 */
export async function printPdf(browser: string, htmlFile: string, pdfFile: string, log: Log): Promise<boolean> {
  const profile = await mkdtemp(join(tmpdir(), "outpost-print-"));
  const child = spawn(
    browser,
    [
      "--headless",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-background-networking",
      "--disable-extensions",
      "--no-first-run",
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      `--user-data-dir=${profile}`,
      "--no-pdf-header-footer",
      `--print-to-pdf=${pdfFile}`,
      pathToFileURL(htmlFile).href,
    ],
    // A group of its own, so that the browser's own children end with it.
    { detached: true, stdio: "ignore", timeout: 0, env: { PATH: "/usr/bin:/bin", HOME: profile, LANG: "C.UTF-8" } },
  );
  const timer = setTimeout(() => killGroup(child.pid), PRINT_TIMEOUT_MS);
  try {
    const ended = once(child, "close");
    await yieldToAll(child.pid);
    const [code]: unknown[] = await ended;
    if (code !== 0) log.warn("the browser printed no report", { code });
    return code === 0;
  } catch (error) {
    log.warn("the browser could not be started", { reason: error instanceof Error ? error.message : String(error) });
    return false;
  } finally {
    clearTimeout(timer);
    killGroup(child.pid);
    await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function yieldToAll(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  try {
    setPriority(pid, LOWEST);
    await writeFile(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // It has ended already, or this is no Linux: then it only runs like any other.
  }
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody of the group is left.
  }
}
