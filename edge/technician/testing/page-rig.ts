import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startSimulator, type Simulator } from "@outpost/firmware-adapters/modbus/simulator/simulator.ts";

import { SAMPLE_SITE } from "../../site/testing/sample-site.ts";
import { startGateway, type GatewayProcess } from "../../testing/gateway-process.ts";
import { PageClient } from "../commands/page-client.ts";
import { peoplePath, putPerson } from "../door/people.ts";
import { PinHasher } from "../door/pin.ts";
import { readPageNote } from "../server/page-note.ts";

export const PERSON = "Li Wei";
export const PIN = "824631";

/** A real gateway process with the page, beside a real pump station. */
export interface PageRig extends AsyncDisposable {
  readonly directory: string;
  readonly siteFile: string;
  readonly state: string;
  readonly url: string;
  readonly station: Simulator;
  readonly gateway: GatewayProcess;
  /** Somebody whom the page does not know yet. */
  stranger(): Promise<PageClient>;
  /** Signed in as `PERSON`. */
  technician(): Promise<PageClient>;
}

/**
 * @param change     what the site is to be beside the sample site with its page.
 * @param hasPerson  whether `PERSON` may sign in from the start.
 */
export async function openPageRig(
  change: (site: string) => string = (site) => site,
  hasPerson = true,
): Promise<PageRig> {
  await using opening = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), "outpost-page-"));
  opening.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));
  const station = opening.use(await startSimulator({ tcp: { host: "127.0.0.1", port: 0 } }));
  const [siteFile, state] = [join(directory, "site.yaml"), join(directory, "state")];
  const page = "\ntechnicianPage: { host: 127.0.0.1, port: 0 }\n\nlinks:";
  const site = SAMPLE_SITE.replace("port: 1502", `port: ${station.ports.tcp}`).replace("\nlinks:", page);
  await writeFile(siteFile, change(site));
  if (hasPerson) await addPerson(state);
  const gateway = opening.use(await startGateway(siteFile, state));
  const opened = opening.move();
  const stranger = async (): Promise<PageClient> => new PageClient(await readPageNote(state));
  return {
    directory,
    siteFile,
    state,
    url: gateway.technicianPage,
    station,
    gateway,
    stranger,
    technician: async () => {
      const client = await stranger();
      await client.signIn(PERSON, PIN);
      return client;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

/** Lets `PERSON` in with `PIN`. */
export async function addPerson(state: string): Promise<void> {
  const kept = await new PinHasher().keep(PIN);
  if (kept === undefined) throw new Error("nobody else hashes here");
  await putPerson(peoplePath(state), PERSON, kept);
}
