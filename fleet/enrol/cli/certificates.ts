import type { Command } from "commander";

import { announce } from "../../store/changes.ts";
import { listCertificates, markRevoked } from "../certificates/certificate-rows.ts";
import { decideRequest, listRequests } from "../requests.ts";
import type { AuthorityOptions } from "./authority-options.ts";
import { withDatabase } from "./database.ts";
import { operator, printJson } from "./output.ts";

/** `certificate list`, `certificate revoke`, `request list`, `request approve`, `request refuse`. */
export function addCertificateCommands(program: Command): void {
  const state = (): string => program.opts<AuthorityOptions>().state;
  const certificate = program.command("certificate").description("what gateways prove themselves with");
  certificate
    .command("list [gateway]")
    .description("the certificates of one gateway or of all, the newest first")
    .action(async (gateway: string | undefined) => {
      await withDatabase(state(), async ({ pool }) => {
        for (const row of await listCertificates(pool, gateway)) printJson(row);
      });
    });
  certificate
    .command("revoke <gateway>")
    .description("revoke every certificate of a gateway; who is connected with one is let go")
    .requiredOption("--reason <text>", "why")
    .action(async (gateway: string, { reason }: { readonly reason: string }) => {
      await withDatabase(state(), async ({ pool }) => {
        const gateways = await markRevoked(pool, { gatewayId: gateway }, { by: operator(), reason });
        if (gateways.length === 0) throw new Error(`"${gateway}" has no certificate that is still good`);
        await announce(pool, { revoked: gateways });
        printJson({ revoked: gateways });
      });
    });
  const request = program.command("request").description("gateways that wait for a person's word");
  request
    .command("list")
    .description("those that wait first")
    .action(async () => {
      await withDatabase(state(), async ({ pool }) => {
        for (const row of await listRequests(pool)) printJson(row);
      });
    });
  for (const [verb, decided] of [
    ["approve", "approved"],
    ["refuse", "refused"],
  ] as const) {
    request
      .command(`${verb} <id>`)
      .description(`${verb} one; the gateway asks again by itself`)
      .action(async (id: string) => {
        await withDatabase(state(), async ({ pool }) => {
          const row = await decideRequest(pool, id, { state: decided, by: operator() });
          if (row === undefined) throw new Error(`no request that waits has the id "${id}"`);
          printJson(row);
        });
      });
  }
}
