/** A camera that sees a rendered scene: motion JPEG over HTTP, for the demo and for whoever has no camera. */
import { once } from "node:events";
import { parseArgs } from "node:util";

import { asError } from "@outpost/kernel/thrown.ts";

import { serveMjpeg } from "./feed/serve-mjpeg.ts";
import { dayOf, sizeOf, splitOf, wholeNumber } from "./options.ts";
import { PLACE_NAMES } from "./places.ts";
import { openScene } from "./scene.ts";

const HELP = `A camera that sees a rendered scene.

usage: sh .toolchain/node.sh models/scenes/main.ts --scene NAME [options]

  --scene NAME         ${PLACE_NAMES.join(", ")}
  --http HOST:PORT     GET /mjpeg, /snapshot.jpg, /truth.json; 127.0.0.1:0 unless given
  --seed N             1 unless given
  --split SPLIT        train (unless given) or held-out
  --structure NAME     one layout of the split; the seed's choice unless given
  --day NAME           noon, morning, overcast, evening, rain, fog, night; the seed's choice unless given
  --fps N              pictures a second, 1 to 15, 5 unless given
  --size WIDTHxHEIGHT  640x360 unless given
  --fineness N         2 unless given; 1 is faster and has rough edges
  --loop SECONDS       the scene begins again after so long, 120 unless given
  --with-parent        end when standard input closes
  --help

Port 0 takes any free port; one line of JSON on standard output names it when all is ready.
`;

const FLAGS = {
  scene: { type: "string" },
  http: { type: "string", default: "127.0.0.1:0" },
  seed: { type: "string", default: "1" },
  split: { type: "string", default: "train" },
  structure: { type: "string" },
  day: { type: "string" },
  fps: { type: "string", default: "5" },
  size: { type: "string", default: "640x360" },
  fineness: { type: "string", default: "2" },
  loop: { type: "string", default: "120" },
  "with-parent": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: FLAGS });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values.scene === undefined) throw new Error("--scene is needed; see --help");
  const endpoint = /^([\w.-]+):(\d{1,5})$/.exec(values.http);
  if (endpoint === null) throw new Error(`--http: HOST:PORT, not "${values.http}"`);
  const scene = await openScene({
    scene: values.scene,
    seed: wholeNumber("--seed", values.seed, { least: 0, most: 2_000_000_000 }),
    split: splitOf(values.split),
    ...sizeOf(values.size),
    ...dayOf(values.day),
    fineness: wholeNumber("--fineness", values.fineness, { least: 1, most: 2 }) === 1 ? 1 : 2,
    ...(values.structure === undefined ? {} : { structure: values.structure }),
  });
  await using feed = await serveMjpeg(scene, {
    host: endpoint[1] ?? "127.0.0.1",
    port: wholeNumber("--http", endpoint[2] ?? "", { least: 0, most: 65_535 }),
    framesPerSecond: wholeNumber("--fps", values.fps, { least: 1, most: 15 }),
    loopMs: wholeNumber("--loop", values.loop, { least: 1, most: 900 }) * 1_000,
  });
  const { name, structure, seed, split } = scene;
  process.stdout.write(`${JSON.stringify({ ready: true, http: feed.port, scene: name, structure, seed, split })}\n`);
  await untilToldToStop(values["with-parent"]);
}

async function untilToldToStop(isWithParent: boolean): Promise<void> {
  const told = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => told.abort());
  if (isWithParent) process.stdin.on("end", () => told.abort()).resume();
  if (!told.signal.aborted) await once(told.signal, "abort");
  process.stdin.destroy();
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exitCode = 1;
}
