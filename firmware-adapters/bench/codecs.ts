/**
 * Frames a second of every codec we ship, fed in pieces as a line or socket would. Prints one JSON line with `--json`;
 * exits 1 where one is below 50,000 or does not find every frame.
 */
import { parseArgs } from "node:util";

import { asError } from "@outpost/kernel/thrown.ts";

import type { CodecCase } from "../testing/codec-case.ts";
import { allCodecCases } from "./all-codec-cases.ts";

const MUST_REACH = 50_000;
const ROUNDS = 7;
const ROUND_MS = 250;

const HELP = `Frames a second of every codec, none below ${MUST_REACH}.

usage: npm run bench -- codecs [--json] [--only NAME]   NAME: part of a codec's name
`;

interface Figure {
  readonly name: string;
  readonly framesPerSecond: number;
  readonly bytesPerFrame: number;
  readonly isWhole: boolean;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { json: { type: "boolean" }, only: { type: "string", default: "" }, help: { type: "boolean" } },
  });
  if (values.help) process.stdout.write(HELP);
  else await bench(values.only, values.json === true);
}

async function bench(only: string, isJson: boolean): Promise<void> {
  const cases = (await allCodecCases()).filter(({ name }) => name.includes(only));
  const figures = cases.map(measure);
  for (const { name, framesPerSecond } of figures) {
    process.stderr.write(`${name.padEnd(28)} ${Math.round(framesPerSecond).toLocaleString("en")} frames/s\n`);
  }
  const slowest = figures.toSorted((a, b) => a.framesPerSecond - b.framesPerSecond)[0];
  const pass = slowest !== undefined && figures.every((one) => one.isWhole && one.framesPerSecond >= MUST_REACH);
  const result = { name: "codecs", mustReach: MUST_REACH, slowest, codecs: figures, pass };
  process.stdout.write(`${JSON.stringify(result, null, isJson ? 0 : 2)}\n`);
  process.exitCode = pass ? 0 : 1;
}

/** The median of several rounds; each parses the whole stream again and again. */
function measure(one: CodecCase): Figure {
  const { name, bytes, frames } = one;
  const isWhole = one.parse(bytes) === frames;
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const startMs = performance.now();
    let found = 0;
    while (performance.now() - startMs < ROUND_MS) found += one.parse(bytes);
    // The first round warms up.
    if (round > 0) rates.push((found * 1_000) / (performance.now() - startMs));
  }
  const framesPerSecond = Math.round(rates.toSorted((a, b) => a - b)[ROUNDS >> 1] ?? 0);
  return { name, framesPerSecond, bytesPerFrame: Math.round(bytes.length / frames), isWhole };
}

try {
  await main();
} catch (error) {
  process.stderr.write(`codecs: ${asError(error).message}\n`);
  process.exitCode = 1;
}
