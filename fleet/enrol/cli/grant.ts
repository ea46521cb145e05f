import { readFile, stat } from "node:fs/promises";

import { writeNewFile } from "@outpost/kernel/durable-file.ts";
import { MAX_ENROLMENT_BYTES } from "@outpost/wire/enrolment.ts";
import type { Command } from "commander";

import { grant } from "../documents/grant.ts";
import { Enrolment } from "../enrolment.ts";
import { openAuthority } from "../open-enrolment.ts";
import { DEFAULT_POLICY } from "../policy.ts";
import { authorityOf, type AuthorityOptions } from "./authority-options.ts";
import { withDatabase } from "./database.ts";
import { printJson } from "./output.ts";

interface Options {
  readonly request: string;
  readonly to: string;
  readonly fleetUrl: string;
  readonly mqttUrl: string;
  readonly approve?: string;
}

/** `grant`: the fleet's answer to a gateway without an uplink. */
export function addGrantCommand(program: Command): void {
  program
    .command("grant")
    .description("answer a gateway's request from a stick")
    .requiredOption("--request <file>", "what `outpost-edge export-request` has written")
    .requiredOption("--to <file>", "a file that does not exist yet")
    .requiredOption("--fleet-url <url>", "where the gateway enrols once it has a line: https://…")
    .requiredOption("--mqtt-url <url>", "where it finds the broker then: mqtts://…")
    .option("--approve <gateway>", "on your own word: the request is of this gateway")
    .action(async (options: Options) => {
      const globals = program.opts<AuthorityOptions>();
      const { size } = await stat(options.request);
      if (size > MAX_ENROLMENT_BYTES) throw new Error(`${options.request} is too large to be a request`);
      const bytes = await readFile(options.request);
      await withDatabase(globals.state, async ({ pool, log }) => {
        const authority = await openAuthority(authorityOf(globals), globals.state, pool, log);
        const enrolment = new Enrolment({ pool, authority, policy: DEFAULT_POLICY, log, nowMs: Date.now });
        const { fleetUrl, mqttUrl, approve } = options;
        const outcome = await grant(bytes, enrolment, { fleetUrl, mqttUrl, approve });
        if (outcome.kind === "refused") throw new Error(`the request is refused: ${outcome.reason}`);
        await writeNewFile(options.to, JSON.stringify(outcome.document));
        printJson({ granted: outcome.gatewayId, written: options.to });
      });
    });
}
