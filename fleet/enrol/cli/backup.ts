import type { Command } from "commander";

import { restoreBackup } from "../../store/backup/restore-backup.ts";
import { writeBackup } from "../../store/backup/write-backup.ts";
import type { AuthorityOptions } from "./authority-options.ts";
import { withDatabase } from "./database.ts";
import { printJson } from "./output.ts";

/** `backup` and `restore`. */
export function addBackupCommands(program: Command): void {
  const state = (): string => program.opts<AuthorityOptions>().state;
  program
    .command("backup")
    .description("write database and authority into one file, beside a fleet that runs or without; keys stay sealed")
    .requiredOption("--to <file>", "a file that does not exist yet")
    .action(async ({ to }: { readonly to: string }) => {
      await withDatabase(state(), async ({ pool }) => printJson({ written: to, rows: await writeBackup(pool, to) }));
    });
  program
    .command("restore")
    .description("read a backup into a state folder or database that holds nothing yet")
    .requiredOption("--from <file>", "a file that backup has written")
    .action(async ({ from }: { readonly from: string }) => {
      await withDatabase(state(), async ({ pool, log }) => {
        printJson({ restored: from, ...(await restoreBackup(pool, from, log)) });
      });
    });
}
