import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, it } from "vitest";

const RUNNER = fileURLToPath(new URL("./disk-full.ts", import.meta.url));

it("a pump station's load on a disk far too small loses no alarm, no number, and comes back by itself", () => {
  const run = spawnSync(process.execPath, [RUNNER, "--rounds", "2", "--json"], { encoding: "utf8" });
  console.log(run.stdout.trim());
  expect(JSON.parse(run.stdout)).toMatchObject({ name: "disk-full", rounds: 2, lost: 0, duplicated: 0, pass: true });
  expect(run.status).toBe(0);
});
