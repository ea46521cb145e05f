import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { asError } from "@outpost/kernel/thrown.ts";
import { z } from "zod";

import { ModelError } from "../errors.ts";
import { importModel, type Imported, type ImportOptions } from "./import-model.ts";
import { TEMPLATES } from "./templates.ts";

const HELP = `Usage: npm run models:import -- FILE --as NAME --decoder FAMILY [options]

Packages an ONNX file for gateways: makes its manifest, checks operator set, shapes and types against it, looks at the
golden pictures and keeps what it finds, to be asked for again before every use. FILE has at most 256 MiB, an input of
fixed size, and batch 1. Exits with 1 and the reasons where it is refused.

  --as NAME          the model's name, such as scene-detector
  --decoder FAMILY   ${Object.keys(TEMPLATES).join(", ")}
  --manifest FILE    a whole manifest as JSON, for any other family
  --classes FILE     a JSON list of class ids in channel order; COCO's 80 where absent
  --licence SPDX     the weights' licence, and …
  --holder NAME      … who holds it
  --score SHARE      what scores less is dropped
  --golden JPEG      a picture with things to find on it; may come several times
  --into FOLDER      gets the package; models/weights where absent
  --json             one line of JSON
`;

const FLAGS = {
  as: { type: "string" },
  decoder: { type: "string" },
  manifest: { type: "string" },
  classes: { type: "string" },
  licence: { type: "string", default: "LicenseRef-unknown" },
  holder: { type: "string", default: "unknown" },
  score: { type: "string" },
  golden: { type: "string", multiple: true },
  into: { type: "string", default: join(import.meta.dirname, "..", "weights") },
  json: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

const classNames = z.array(z.string()).max(1_000);
const manifestFile = z.record(z.string(), z.unknown());

function parsed(args: string[]) {
  return parseArgs({ args, options: FLAGS, allowPositionals: true });
}
type Values = ReturnType<typeof parsed>["values"];

async function readJson(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

async function optionsOf(file: string, name: string, values: Values): Promise<ImportOptions> {
  const { decoder, licence, holder, golden: goldenPictures = [], into } = values;
  return {
    file,
    name,
    decoder,
    licence,
    holder,
    goldenPictures,
    into,
    manifest: values.manifest === undefined ? undefined : manifestFile.parse(await readJson(values.manifest)),
    classes: values.classes === undefined ? undefined : classNames.parse(await readJson(values.classes)),
    score: values.score === undefined ? undefined : z.coerce.number().min(0).max(1).parse(values.score),
  };
}

function report({ folder, found, lookMs, manifest: { name } }: Imported, isJson: boolean): string {
  if (isJson) return JSON.stringify({ name, folder, found, lookMs: lookMs ?? null });
  const pictures = found.map(({ picture, things }) => `${picture}: ${things} found`);
  const golden = pictures.length > 0 ? pictures : ["no golden pictures: nothing will be asked before use"];
  return [...golden, `${name} is in ${folder}`].join("\n");
}

async function run(args: string[]): Promise<string> {
  const { values, positionals } = parsed(args);
  if (values.help) return HELP;
  const [file] = positionals;
  if (file === undefined || positionals.length > 1 || values.as === undefined) {
    throw new Error("one FILE and --as NAME are needed; see --help");
  }
  return report(await importModel(await optionsOf(file, values.as, values)), values.json);
}

try {
  process.stdout.write(`${await run(process.argv.slice(2))}\n`);
} catch (error) {
  const reason = error instanceof ModelError ? `${error.code}: ${error.message}` : asError(error).message;
  process.stderr.write(`refused: ${reason}\n`);
  process.exitCode = 1;
}
