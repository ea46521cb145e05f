import { readPageNote } from "../server/page-note.ts";
import { askPin } from "./ask-pin.ts";
import { PageClient } from "./page-client.ts";

export interface SignedInOptions {
  readonly state: string;
  readonly name: string;
}

/** Signs in at the page of a running gateway, works, and signs out. @throws Error in the page's own words. */
export async function signedIn(
  { state, name }: SignedInOptions,
  work: (page: PageClient) => Promise<void>,
): Promise<void> {
  const page = new PageClient(await readPageNote(state));
  await page.signIn(name, await askPin(`PIN of ${name}: `));
  try {
    await work(page);
  } finally {
    await page.act("/api/session/end");
  }
}
