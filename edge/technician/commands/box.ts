import { readFile, writeFile } from "node:fs/promises";

import type { SiteCheckView } from "../server/views.ts";
import { signedIn, type SignedInOptions } from "./signed-in.ts";

/** `box export`. The file holds the devices' passwords: nobody else may read it. */
export async function exportBoxFile(options: SignedInOptions & { readonly out: string }): Promise<void> {
  await signedIn(options, async (page) => {
    const { status, body } = await page.raw("GET", "/api/box");
    if (status !== 200) throw new Error("the page gives no box");
    await writeFile(options.out, body, { mode: 0o600 });
    console.log(options.out);
  });
}

/** `box restore FILE`. */
export async function restoreBoxFile(file: string, options: SignedInOptions & { readonly yes?: true }): Promise<void> {
  const box: unknown = JSON.parse(await readFile(file, "utf8"));
  const isMeant = options.yes === true;
  await signedIn(options, async (page) => {
    const { faults, changes, steps } = await page.act<SiteCheckView>("/api/box/restore", { box, isMeant });
    for (const fault of faults) console.log(`fault: ${fault}`);
    for (const { part, id, change } of changes) console.log(`${part} ${id}: ${change}`);
    console.log(isMeant ? `restored in ${steps.length} steps` : `${steps.length} steps; --yes takes them`);
  });
}
