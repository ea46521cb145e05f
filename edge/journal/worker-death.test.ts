import { expect, it } from "vitest";

import { entry, openHere, readAll, scratchDirectory } from "./testing/scratch.ts";

const workerUrl = new URL("./testing/dying-worker.ts", import.meta.url);
const limits = { retryFirstMs: 20, retryMaxMs: 50 };

it("a worker that dies before a commit: alarms are written by the next one, the rest is told so", async () => {
  const directory = scratchDirectory();
  await using journal = await openHere(directory, { workerUrl, limits });
  const { epoch } = await journal.status();
  await journal.append([entry("alarm", 1)]);
  const deadly = journal.append([entry("alarm", 2, { body: '"die before"' })]);
  const behind = journal.append([entry("alarm", 3)]);
  await expect(journal.append([entry("measurement", 4)])).rejects.toMatchObject({ code: "journal/closed" });
  expect(await deadly).toEqual([{ kind: "written", epoch, sequence: 2 }]);
  expect(await behind).toEqual([{ kind: "written", epoch, sequence: 3 }]);
  expect(await journal.append([entry("measurement", 5)])).toEqual([{ kind: "written", epoch, sequence: 1 }]);
});

it("a worker that dies between commit and answer: the alarm is not written twice, its number is told", async () => {
  const directory = scratchDirectory();
  await using journal = await openHere(directory, { workerUrl, limits });
  const { epoch } = await journal.status();
  const written = await journal.append([
    entry("alarm", 1, { body: '"die after"', dedupeKey: "button/1" }),
    entry("result", 2),
  ]);
  expect(written).toEqual([
    { kind: "written", epoch, sequence: 1 },
    { kind: "written", epoch, sequence: 1 },
  ]);
  expect(await readAll(journal, epoch, "alarm")).toHaveLength(1);
  expect(await readAll(journal, epoch, "result")).toHaveLength(1);
  expect(await journal.append([entry("alarm", 3)])).toEqual([{ kind: "written", epoch, sequence: 2 }]);
});
