import { Option, type Command } from "commander";

import type { SignedInOptions } from "./signed-in.ts";

/** Adds `technician`, `points`, `report`, `diagnostics`, `box` and `network` to the command line. */
export function addTechnicianCommands(program: Command): void {
  addPeople(program.command("technician").description("who may sign in to the technician's page"));
  addPoints(program.command("points").description("check points against their plates, as the page does"));
  signedIn(program.command("report").description("make the commissioning report and fetch its files"))
    .addOption(new Option("--language <language>", "of the report").choices(["zh", "en"]).default("zh"))
    .option("--out <directory>", "where the files are put", ".")
    .action(async (options: SignedInOptions & { readonly language: string; readonly out: string }) => {
      const { fetchReport } = await import("./reports.ts");
      await fetchReport(options);
    });
  signedIn(program.command("diagnostics").description("fetch the diagnostics bundle, without secrets"))
    .requiredOption("--out <file>", "where it is put (.tar.gz)")
    .action(async (options: SignedInOptions & { readonly out: string }) => {
      const { fetchDiagnostics } = await import("./reports.ts");
      await fetchDiagnostics(options);
    });
  addBox(program.command("box").description("carry a site from one gateway to another"));
  signedIn(program.command("network").description("say how the gateway is connected, and what of it works")).action(
    async (options: SignedInOptions) => {
      const { showNetwork } = await import("./reports.ts");
      await showNetwork(options);
    },
  );
}

interface StateOption {
  readonly state: string;
}

function addPeople(technician: Command): void {
  withState(technician.command("add").argument("<name>").description("let somebody in, or give them another PIN"))
    .addHelpText(
      "after",
      "\nThe PIN is read from OUTPOST_PIN or asked for; an empty answer makes one up and prints it.",
    )
    .action(async (name: string, { state }: StateOption) => {
      const { addTechnician } = await import("./people.ts");
      await addTechnician(name, state);
    });
  withState(technician.command("remove").argument("<name>").description("let somebody in no more")).action(
    async (name: string, { state }: StateOption) => {
      const { removeTechnician } = await import("./people.ts");
      await removeTechnician(name, state);
    },
  );
  withState(technician.command("unlock").argument("<name>").description("lift a lock-out")).action(
    async (name: string, { state }: StateOption) => {
      const { unlockTechnician } = await import("./people.ts");
      await unlockTechnician(name, state);
    },
  );
  withState(technician.command("list").description("who may sign in, where the page is, and its fingerprint")).action(
    async ({ state }: StateOption) => {
      const { listTechnicians } = await import("./people.ts");
      await listTechnicians(state);
    },
  );
}

function addPoints(points: Command): void {
  signedIn(points.command("list").description("every point with its value and its verdict")).action(
    async (options: SignedInOptions) => {
      const { listPoints } = await import("./points.ts");
      await listPoints(options);
    },
  );
  signedIn(points.command("check").argument("<device>").argument("<point>").description("pass or fail one point"))
    .addOption(new Option("--verdict <verdict>").choices(["pass", "fail"]).makeOptionMandatory())
    .option("--plate <text>", "what the plate or the instrument says", "")
    .option("--comment <text>", "a remark", "")
    .action(
      async (
        device: string,
        point: string,
        options: SignedInOptions & { readonly verdict: string; readonly plate: string; readonly comment: string },
      ) => {
        const { checkPoint } = await import("./points.ts");
        await checkPoint(device, point, options);
      },
    );
}

function addBox(box: Command): void {
  signedIn(box.command("export").description("put the site and what was proved into one file; it holds passwords"))
    .requiredOption("--out <file>", "where it is put (.json)")
    .action(async (options: SignedInOptions & { readonly out: string }) => {
      const { exportBoxFile } = await import("./box.ts");
      await exportBoxFile(options);
    });
  signedIn(box.command("restore").argument("<file>").description("make this gateway what the exported one was"))
    .option("--yes", "do it; otherwise say what would change")
    .action(async (file: string, options: SignedInOptions & { readonly yes?: true }) => {
      const { restoreBoxFile } = await import("./box.ts");
      await restoreBoxFile(file, options);
    });
}

function withState(command: Command): Command {
  return command.requiredOption("--state <directory>", "the gateway's state directory");
}

/** Works through the page of a running gateway, as somebody who signs in there: the same rules, the same records. */
function signedIn(command: Command): Command {
  return command
    .requiredOption("--state <directory>", "the running gateway's state directory")
    .requiredOption("--name <name>", "who you are; the PIN is read from OUTPOST_PIN or asked for");
}
