import { readFile, stat } from "node:fs/promises";

import { writeNewFile } from "@outpost/kernel/durable-file.ts";
import { parseClaimText } from "@outpost/wire/claim-code.ts";
import { MAX_ENROLMENT_BYTES } from "@outpost/wire/enrolment.ts";
import type { Command } from "commander";

import type { Provision } from "../provision.ts";

interface Place {
  readonly state: string;
  readonly site?: string;
}

/** `export-request` and `import-grant`: a claim or a renewal without an uplink, on a stick. */
export function addStickCommands(program: Command, openProvision: (place: Place) => Promise<Provision>): void {
  program
    .command("export-request")
    .description("without an uplink: write a request for a certificate onto a stick")
    .requiredOption("--state <directory>", "the gateway's state directory")
    .requiredOption("--to <file>", "a file that does not exist yet")
    .option("--code <code>", "the claim code; needed where this gateway belongs to no fleet yet")
    .option("--site <file>", "the site file, whose gateway id is asked for")
    .action(async (options: Place & { readonly to: string; readonly code?: string }) => {
      const provision = await openProvision(options);
      const code = options.code === undefined ? undefined : parseClaimText(options.code)?.code;
      if (options.code !== undefined && code === undefined) throw new Error("this is no claim code");
      if (code === undefined && provision.identity === undefined) throw new Error("this gateway needs a claim code");
      await writeNewFile(options.to, JSON.stringify(await provision.exportRequest(code)));
      console.log(JSON.stringify({ written: options.to }));
    });
  program
    .command("import-grant")
    .description("without an uplink: take in what the fleet answered, from a stick")
    .requiredOption("--state <directory>", "the gateway's state directory")
    .requiredOption("--from <file>", "the file that `fleet grant` has written")
    .option("--site <file>", "the site file, whose gateway id it must be for")
    .action(async (options: Place & { readonly from: string }) => {
      const provision = await openProvision(options);
      const outcome = await provision.importGrant(await readSmall(options.from));
      if (outcome.kind === "refused") throw new Error(`the grant is refused: ${outcome.reason}`);
      console.log(JSON.stringify(outcome));
    });
}

async function readSmall(path: string): Promise<Uint8Array> {
  const { size } = await stat(path);
  if (size > MAX_ENROLMENT_BYTES) throw new Error(`${path} is too large to be a grant`);
  return await readFile(path);
}
