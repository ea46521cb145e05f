import { hostname } from "node:os";

import { InvalidArgumentError, type Command } from "commander";

import { Enrolment } from "../enrolment.ts";
import { writeBrokerFiles } from "../mosquitto/write-files.ts";
import { openAuthority } from "../open-enrolment.ts";
import { DEFAULT_POLICY } from "../policy.ts";
import { authorityOf, type AuthorityOptions } from "./authority-options.ts";
import { withDatabase } from "./database.ts";
import { printJson } from "./output.ts";

/** `mosquitto-config`. */
export function addBrokerCommands(program: Command): void {
  program
    .command("mosquitto-config")
    .description("write what mosquitto needs for gateways with certificates; again when one was revoked, then SIGHUP")
    .requiredOption("--to <folder>", "where the files go, and where mosquitto finds them")
    .option("--port <port>", "where it listens", parsePort, 8883)
    .option("--host <name...>", "names and addresses that gateways know the broker by", [hostname()])
    .action(async ({ to, port, host }: { readonly to: string; readonly port: number; readonly host: string[] }) => {
      const globals = program.opts<AuthorityOptions>();
      await withDatabase(globals.state, async ({ pool, log }) => {
        const authority = await openAuthority(authorityOf(globals), globals.state, pool, log);
        const enrolment = new Enrolment({ pool, authority, policy: DEFAULT_POLICY, log, nowMs: Date.now });
        printJson({ written: await writeBrokerFiles(enrolment, { folder: to, port, hosts: host }) });
      });
    });
}

function parsePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new InvalidArgumentError("a port is 1 to 65535");
  return value;
}
