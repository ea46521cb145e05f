import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { until } from "../../broker/testing/until.ts";
import { provideBinaries } from "./binaries.ts";
import { openEmbeddedPostgres, type EmbeddedPostgres } from "./embedded-postgres.ts";
import { choosePlaces, MAX_SOCKET_PATH_BYTES, SOCKET_NAME, UNPRIVILEGED_ID } from "./places.ts";
import { findRunningServer, isAlive } from "./running-server.ts";

const isRoot = process.getuid?.() === 0;
const signal = AbortSignal.timeout(600_000);
let root = "";
let binaries = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "outpost-embedded-"));
  await chmod(root, 0o755);
  binaries = await provideBinaries(root);
});
afterAll(async () => {
  await rm(root, { recursive: true, force: true });
});

async function open(stateDir: string): Promise<EmbeddedPostgres> {
  return await openEmbeddedPostgres({ stateDir, binaries, durability: "none", log: silentLog }, signal);
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A process that opens the server, says its URL, and waits to be killed. */
const HOLDER = `
  import { openEmbeddedPostgres } from ${JSON.stringify(new URL("embedded-postgres.ts", import.meta.url).href)};
  import { silentLog } from ${JSON.stringify(import.meta.resolve("@outpost/kernel/log.ts"))};
  const [stateDir, binaries] = process.argv.slice(2);
  const options = { stateDir, binaries, durability: "none", log: silentLog };
  const server = await openEmbeddedPostgres(options, new AbortController().signal);
  console.log(server.url);
  setInterval(() => {}, 1000);
`;

async function startHolder(stateDir: string): Promise<{ url: string; kill(): Promise<void> }> {
  const script = join(root, "holder.mjs");
  await writeFile(script, HOLDER);
  const child = spawn(process.execPath, [script, stateDir, binaries], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  return {
    url: String(line).trim(),
    async kill() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

/** Kills the server and waits until another one has begun. */
async function killServer(stateDir: string): Promise<void> {
  const { data } = await choosePlaces(stateDir);
  const pid = (await findRunningServer(data)) ?? 0;
  process.kill(pid, "SIGKILL");
  await until(async () => {
    const next = await findRunningServer(data);
    return next === undefined || next === pid ? undefined : next;
  }, "another server ran");
}

describe("the embedded server", () => {
  it("keeps its data from one run to the next, in a folder with a space and other signs in its name", async () => {
    const stateDir = join(root, `a "state", 前哨`);
    {
      await using server = await open(stateDir);
      await query(server.url, "create table kept as select 1 as one");
    }
    await using server = await open(stateDir);
    expect(await query(server.url, "select one from kept")).toEqual([{ one: 1 }]);
  });

  it("is taken over from a fleet that was killed, still running, and stopped at the end", async () => {
    const stateDir = join(root, "taken-over");
    const holder = await startHolder(stateDir);
    await query(holder.url, "create table kept as select 1 as one");
    await holder.kill();
    const { data } = await choosePlaces(stateDir);
    const pid = (await findRunningServer(data)) ?? 0;
    expect(isAlive(pid)).toBe(true);
    {
      await using server = await open(stateDir);
      expect(await findRunningServer(data)).toBe(pid);
      expect(await query(server.url, "select one from kept")).toEqual([{ one: 1 }]);
    }
    expect(isAlive(pid)).toBe(false);
  });

  it("comes back after it and its fleet were both killed, whatever now has the number of the old server", async () => {
    const stateDir = join(root, "both-killed");
    const holder = await startHolder(stateDir);
    const { data } = await choosePlaces(stateDir);
    const pid = (await findRunningServer(data)) ?? 0;
    await holder.kill();
    process.kill(pid, "SIGKILL");
    await until(() => (isAlive(pid) ? undefined : true), "the server was dead");
    const pidFile = join(data, "postmaster.pid");
    const content = await readFile(pidFile, "utf8");
    await writeFile(pidFile, content.replace(String(pid), String(process.pid)));
    await using server = await open(stateDir);
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("is started again when it dies under a fleet that runs", async () => {
    const stateDir = join(root, "dies");
    await using server = await open(stateDir);
    await killServer(stateDir);
    const rows = await until(
      async () => await query(server.url, "select 1 as one").catch(() => undefined),
      "it answered",
    );
    expect(rows).toEqual([{ one: 1 }]);
  });

  it("is not left behind when its fleet stops just while it is being started again", async () => {
    const stateDir = join(root, "stops-meanwhile");
    {
      await using server = await open(stateDir);
      expect(server.url).toContain("postgres://");
      await killServer(stateDir);
    }
    expect(await findRunningServer((await choosePlaces(stateDir)).data)).toBeUndefined();
  });

  it("belongs to one fleet: a second one on the same folder is refused and leaves it running", async () => {
    const stateDir = join(root, "two-fleets");
    await using first = await open(stateDir);
    const error = await open(stateDir).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "store/in-use" });
    expect(await query(first.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it("says in one line why it does not start", async () => {
    const stateDir = join(root, "broken");
    {
      await using server = await open(stateDir);
      expect(server.url).toContain("postgres://");
    }
    await writeFile(join(stateDir, "postgres", "data", "postgresql.auto.conf"), "no such setting\n");
    const error = asError(await open(stateDir).catch((thrown: unknown) => thrown));
    expect(error).toMatchObject({ code: "store/start" });
    expect(error.message).not.toContain("\n");
  });
});

describe("places", () => {
  it("are in the state folder, the socket elsewhere where its path would be too long", async () => {
    const near = await choosePlaces(join(root, "near"));
    expect(near).toMatchObject({ data: join(root, "near", "postgres", "data"), remarks: [] });
    const far = await choosePlaces(join(root, "far".repeat(30)));
    expect(Buffer.byteLength(join(far.socketDir, SOCKET_NAME))).toBeLessThanOrEqual(MAX_SOCKET_PATH_BYTES);
    expect(far.remarks).toHaveLength(1);
    await using server = await open(join(root, "far".repeat(30)));
    expect(await query(server.url, "select 1 as one")).toEqual([{ one: 1 }]);
  });

  it.runIf(isRoot)(
    "are where an unprivileged account can get to, and a file in the state folder says where",
    async () => {
      const closed = join(root, "closed");
      await mkdir(closed, { mode: 0o700 });
      const places = await choosePlaces(join(closed, "state"));
      expect(places.account).toEqual({ uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID });
      expect(places.home.startsWith("/var/lib/outpost-")).toBe(true);
      expect((await readFile(join(closed, "state", "postgres-is-elsewhere.txt"), "utf8")).trim()).toBe(places.home);
    },
  );
});
