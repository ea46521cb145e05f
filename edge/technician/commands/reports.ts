import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { REPORT_FILES } from "../report/reports.ts";
import type { NetworkView, ReportView } from "../server/views.ts";
import { signedIn, type SignedInOptions } from "./signed-in.ts";

/** `report`: makes one and fetches its files. */
export async function fetchReport(
  options: SignedInOptions & { readonly language: string; readonly out: string },
): Promise<void> {
  const { language, out } = options;
  await signedIn(options, async (page) => {
    const { id, hasPdf, verifyCommand } = await page.act<ReportView>("/api/reports", { language });
    for (const [file, ending] of Object.entries(REPORT_FILES)) {
      if (file === "pdf" && !hasPdf) continue;
      const { status, body } = await page.raw("GET", `/api/reports/${id}/${file}`);
      if (status !== 200) throw new Error(`the page does not give ${id}${ending}`);
      await writeFile(join(out, `${id}${ending}`), body);
      console.log(join(out, `${id}${ending}`));
    }
    console.log(verifyCommand);
  });
}

/** `diagnostics`. */
export async function fetchDiagnostics(options: SignedInOptions & { readonly out: string }): Promise<void> {
  await signedIn(options, async (page) => {
    const { status, body } = await page.raw("GET", "/api/diagnostics");
    if (status !== 200) throw new Error("the page gives no bundle");
    await writeFile(options.out, body);
    console.log(options.out);
  });
}

/** `network`. */
export async function showNetwork(options: SignedInOptions): Promise<void> {
  await signedIn(options, async (page) => {
    const { checks } = await page.ask<NetworkView>("/api/network");
    for (const { what, verdict, detail } of checks) console.log(`${what.padEnd(14)} ${verdict.padEnd(9)} ${detail}`);
  });
}
