import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";

import { silentLog } from "@outpost/kernel/log.ts";
import type { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openTestFleet } from "../../api/testing/fleet.ts";
import { openOwnAuthority } from "../../enrol/authority/open-authority.ts";
import { openEnrolRig, PASSPHRASE } from "../../enrol/testing/rig.ts";
import { hex128, TestGateway } from "../../ingest/testing/gateway.ts";
import { alarm, alarmRow, measurementRow, occurrenceRow } from "../../ingest/testing/rows.ts";
import { openPool } from "../database.ts";
import { startTestPostgres, type TestPostgres } from "../testing/postgres.ts";
import { restoreBackup } from "./restore-backup.ts";
import { listTables, quoted } from "./tables.ts";
import { writeBackup } from "./write-backup.ts";

let server: TestPostgres;
let folder = "";
let sourceUrl = "";
let file = "";
beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), "outpost-backup-"));
  sourceUrl = await server.createDatabase();
  file = join(folder, "fleet.backup");
  await fill(sourceUrl);
  await withPool(sourceUrl, async (pool) => await writeBackup(pool, file));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Records of a gateway through a whole fleet, odd texts among them, an authority, and a claimed gateway. */
async function fill(url: string): Promise<void> {
  await using fleet = await openTestFleet(url);
  await using gateway = await TestGateway.connect(fleet.mqtt, "gw-kept");
  const epoch = hex128();
  await gateway.hello([epoch]);
  await gateway.deliver(epoch, "measurement", [measurementRow(1, 1.5), measurementRow(2, null)]);
  await gateway.deliver(epoch, "occurrence", [occurrenceRow(1), occurrenceRow(2)]);
  const id = hex128();
  await gateway.deliver(epoch, "alarm", [alarmRow(1, id, 1)]);
  await gateway.send("notice", { v: 1, alarm: alarm(id, 1) });
  await using rig = await openEnrolRig({ databaseUrl: url });
  await rig.claim({
    label: "tab\there, \\ backslash, \\. alone, \u2028 and\nline 中文",
    lines: [{ gatewayId: "gw-x" }],
  });
  await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-kept" }] })).code, "gw-kept");
}

async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool({ url, name: "test", maxConnections: 2, statementTimeoutMs: 0 }, silentLog);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** Every row of every table, as text. */
async function everything(url: string): Promise<Record<string, string[]>> {
  return await withPool(url, async (pool) => {
    const client = await pool.connect();
    const all: Record<string, string[]> = {};
    for (const { table } of await listTables(client)) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${quoted(table)} t order by 1`);
      all[table] = rows.map(({ row }) => row);
    }
    client.release();
    return all;
  });
}

describe("a backup", () => {
  it("brings back every row of every table, and the authority opens with its passphrase", async () => {
    const target = await server.createEmptyDatabase();
    const { rows } = await withPool(target, async (pool) => await restoreBackup(pool, file, silentLog));
    const [before, after] = [await everything(sourceUrl), await everything(target)];
    expect(after).toEqual(before);
    expect(rows).toBe(Object.values(before).flat().length);
    for (const table of ["gateway", "measurement", "occurrence", "alarm", "claim", "certificate", "authority"]) {
      expect([table, before[table]?.length]).not.toEqual([table, 0]);
    }
    await withPool(target, async (pool) => {
      expect((await openOwnAuthority(pool, PASSPHRASE, silentLog)).root.subject).toBe("CN=Outpost fleet root");
      await expect(openOwnAuthority(pool, "another passphrase", silentLog)).rejects.toMatchObject({
        code: "enrol/passphrase",
      });
    });
    await using fleet = await openTestFleet(target);
    await using gateway = await TestGateway.connect(fleet.mqtt, "gw-new");
    await gateway.deliver(hex128(), "measurement", [measurementRow(1, 2)]);
  });

  it("is one moment's file for its owner only, holds no key that is not sealed, and overwrites nothing", async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = gunzipSync(await readFile(file)).toString("latin1");
    expect(text).not.toContain("PRIVATE KEY");
    expect(text).not.toContain(PASSPHRASE);
    const before = await readFile(file);
    await withPool(sourceUrl, async (pool) => {
      await expect(writeBackup(pool, file)).rejects.toMatchObject({ code: "store/backup" });
    });
    expect((await readFile(file)).equals(before)).toBe(true);
    expect(await readdir(folder)).toEqual(["fleet.backup"]);
  });

  it("is not read into a database that holds something", async () => {
    const before = await everything(sourceUrl);
    await withPool(sourceUrl, async (pool) => {
      await expect(restoreBackup(pool, file, silentLog)).rejects.toMatchObject({ code: "store/restore" });
    });
    expect(await everything(sourceUrl)).toEqual(before);
  });

  it("that is not there, or is a folder, is refused in words", async () => {
    await withPool(await server.createEmptyDatabase(), async (pool) => {
      for (const path of [join(folder, "nowhere"), folder]) {
        await expect(restoreBackup(pool, path, silentLog)).rejects.toMatchObject({ code: "store/restore" });
      }
    });
  });

  it("that was cut off, damaged, foreign or of a newer fleet brings back nothing at all, and a good one still can", async () => {
    const target = await server.createEmptyDatabase();
    const whole = await readFile(file);
    const text = gunzipSync(whole);
    const lines = text.toString("utf8").split("\n");
    const newer = text.toString("utf8").replace('"0001-places"', '"9999-unknown"');
    const bad = join(folder, "bad");
    const wrong = [
      whole.subarray(0, whole.length - 20),
      gzipSync(lines.slice(0, Math.floor(lines.length / 2)).join("\n")),
      gzipSync(lines.slice(0, -2).join("\n")),
      gzipSync("hello\n"),
      Buffer.from("hello"),
      Buffer.alloc(0),
      gzipSync(newer),
    ];
    await withPool(target, async (pool) => {
      for (const bytes of wrong) {
        await writeFile(bad, bytes);
        await expect(restoreBackup(pool, bad, silentLog)).rejects.toMatchObject({ code: "store/restore" });
      }
      await rm(bad);
      await restoreBackup(pool, file, silentLog);
    });
    expect(await everything(target)).toEqual(await everything(sourceUrl));
  });
});
