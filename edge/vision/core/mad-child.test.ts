import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { visionSettings } from "@outpost/wire/vision.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import type { Configuration } from "../ipc/core-messages.ts";
import { VisionProcess, type VisionState } from "./vision-process.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outpost-mad-child-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

const CONFIGURATION: Configuration = {
  kind: "configure",
  vision: visionSettings.parse({
    cameras: [
      {
        device: "gate",
        zones: [
          {
            id: "all",
            name: { zh: "全", en: "all" },
            corners: [
              [0, 0],
              [1, 0],
              [1, 1],
            ],
          },
        ],
        algorithms: [{ id: "perimeter", at: ["all"] }],
      },
    ],
  }),
  sources: [],
  modelFolders: [],
  evidenceFolder: "/nowhere",
  socketPath: "/nowhere",
};

const FRAME = `
  const send = (header, body = Buffer.alloc(0)) => {
    const json = Buffer.from(typeof header === "string" ? header : JSON.stringify(header));
    const prefix = Buffer.alloc(8);
    prefix.writeUInt32BE(json.length, 0);
    prefix.writeUInt32BE(body.length, 4);
    process.stdout.write(Buffer.concat([prefix, json, body]));
  };
  setInterval(() => {}, 1000);
  process.stdout.on("error", () => process.exit());
`;

/** The reason why a child with this program was ended. */
async function reasonOf(name: string, program: string): Promise<string> {
  const path = join(folder, `${name}.mjs`);
  await writeFile(path, FRAME + program);
  const { promise, resolve } = Promise.withResolvers<string>();
  const stop = new AbortController();
  const child = new VisionProcess({
    clock: systemClock,
    log: silentLog,
    program: path,
    onReport() {},
    onState: (state: VisionState) => state.kind === "down" && resolve(state.reason),
  });
  const running = child.run(CONFIGURATION, stop.signal);
  const reason = await promise;
  stop.abort();
  await running;
  return reason;
}

describe("a vision process gone mad is ended", () => {
  it.each([
    ["a picture", `send({ kind: "ready" }, Buffer.alloc(10_000));`, "a body of 10000 bytes, at most 0"],
    ["an endless header", `process.stdout.write(Buffer.alloc(64, 0xff));`, "a header of 4294967295 bytes"],
    ["what is no JSON", `send("{{{");`, "no JSON"],
    ["words that nobody knows", `send({ kind: "launch" });`, "does not fit its schema"],
    ["a picture in words", `send({ kind: "ready", jpeg: "/9j/".repeat(1000) });`, "does not fit its schema"],
    ["far too much", `for (let i = 0; i < 5000; i += 1) send({ kind: "ready" });`, "talks too much"],
    ["a last word", `process.exit(7);`, "ended with 7"],
  ])("when it says %s", async (name, program, expected) => {
    expect(await reasonOf(name.replaceAll(" ", "-"), program)).toContain(expected);
  });
});
