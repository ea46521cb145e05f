import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

import { SAMPLE_SITE } from "../testing/sample-site.ts";
import { takeIn } from "./testing/take-in.ts";

const SCRIPT = fileURLToPath(new URL("testing/dying-keeper.ts", import.meta.url));
const OLD = SAMPLE_SITE;
const NEW = SAMPLE_SITE.replace("limit: 3.2", "limit: 3.0");

/** Takes the new one in until it is killed. @returns whether it was. */
function isKilled(directory: string, dieAt: number): boolean {
  const args = [join(directory, "site.yaml"), join(directory, "state"), join(directory, "new.yaml"), `${dieAt}`];
  const { signal, status, stderr } = spawnSync(process.execPath, [SCRIPT, ...args], { timeout: 120_000 });
  if (signal !== "SIGKILL" && status !== 0) throw new Error(stderr.toString());
  return signal === "SIGKILL";
}

it("killed before any touch of the disk, a gateway runs the whole old document or the whole new one, and then the new", async () => {
  let kills = 0;
  for (let dieAt = 1; ; dieAt += 1) {
    const directory = await mkdtemp(join(tmpdir(), "outpost-kill-"));
    try {
      await writeFile(join(directory, "site.yaml"), OLD);
      await writeFile(join(directory, "new.yaml"), NEW);
      if (!isKilled(directory, dieAt)) break;
      kills += 1;
      // The desk offers it until it is heard; then it runs.
      const again = await takeIn(join(directory, "site.yaml"), join(directory, "state"), NEW);
      expect({ dieAt, isWhole: [OLD, NEW].includes(again.atStart) }).toEqual({ dieAt, isWhole: true });
      expect({ dieAt, ...again }).toMatchObject({
        dieAt,
        text: NEW,
        status: { running: { revision: 1, origin: "desk" }, offer: { state: "running" } },
      });
    } finally {
      await rm(directory, { recursive: true });
    }
  }
  expect(kills).toBeGreaterThan(20);
}, 1_200_000);
