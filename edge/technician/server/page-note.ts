import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";
import { z } from "zod";

const pageNote = z.strictObject({ url: z.url() });

/** Where the page of a state directory is served, and how to be sure that it is this one. */
export interface PageNote {
  readonly url: string;
  readonly certPem: string;
}

/** Leaves a note for the command line. */
export async function notePage(stateDirectory: string, url: string): Promise<void> {
  await replaceFile(notePath(stateDirectory), JSON.stringify({ url }));
}

/** @throws Error where no page was ever served from this directory. */
export async function readPageNote(stateDirectory: string): Promise<PageNote> {
  try {
    const { url } = pageNote.parse(JSON.parse(await readFile(notePath(stateDirectory), "utf8")));
    const certPem = await readFile(join(stateDirectory, "technician", "page-cert.pem"), "utf8");
    return { url, certPem };
  } catch (error) {
    throw new Error(`no technician page is served from ${stateDirectory}: does the site have one, and does it run?`, {
      cause: error,
    });
  }
}

function notePath(stateDirectory: string): string {
  return join(stateDirectory, "technician", "page.json");
}
