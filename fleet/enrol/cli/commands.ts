import type { Command } from "commander";

import { addBackupCommands } from "./backup.ts";
import { addBrokerCommands } from "./broker.ts";
import { addCertificateCommands } from "./certificates.ts";
import { addClaimCommands } from "./claims.ts";
import { addGrantCommand } from "./grant.ts";

/** What an operator does beside running the fleet. Each command works beside a fleet that runs, and without one. */
export function addEnrolCommands(program: Command): void {
  addClaimCommands(program);
  addCertificateCommands(program);
  addBrokerCommands(program);
  addGrantCommand(program);
  addBackupCommands(program);
}
