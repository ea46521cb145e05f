import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";
import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Attempts } from "./attempts.ts";
import { pageCertificate } from "./certificate.ts";
import { Door } from "./door.ts";
import { lockMs } from "./lockout.ts";
import { peoplePath, putPerson, readPeople, removePerson, unlockPerson } from "./people.ts";
import { isUsablePin, PinHasher } from "./pin.ts";
import { Sessions } from "./sessions.ts";

const MINUTE_MS = 60_000;
let directory: string;
let clock: ManualClock;
const hasher = new PinHasher();

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-door-"));
  clock = new ManualClock();
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function addPerson(name: string, pin: string): Promise<void> {
  const kept = await hasher.keep(pin);
  if (kept === undefined) throw new Error("nobody else hashes here");
  await putPerson(peoplePath(directory), name, kept);
}

async function openDoor(bootId = "boot-1"): Promise<Door> {
  const attempts = await Attempts.open({ clock, bootId, log: silentLog, path: join(directory, "attempts.json") });
  return new Door({ clock, peoplePath: peoplePath(directory), attempts, hasher, sessions: new Sessions(clock) });
}

async function signIn(door: Door): Promise<string> {
  const entry = await door.enter("Li", "824631", "10.0.0.9");
  if (entry.kind !== "in") throw new Error(entry.kind);
  return entry.token;
}

describe("PINs", () => {
  it.each(["824631", "100000", "112233", "123457"])("take %s", (pin) => {
    expect(isUsablePin(pin)).toBe(true);
  });

  it.each(["", "12345", "1234567890123", "12345a", "111111", "123456", "654321"])("do not take %j", (pin) => {
    expect(isUsablePin(pin)).toBe(false);
  });

  it("are never written down", async () => {
    await addPerson("Li", "824631");
    const text = await readFile(peoplePath(directory), "utf8");
    expect(text).not.toContain("824631");
    expect((await stat(peoplePath(directory))).mode & 0o077).toBe(0);
  });

  it("are hashed one at a time, and too many at once are turned down", async () => {
    const kept = await hasher.keep("824631");
    const answers = await Promise.all(Array.from({ length: 10 }, () => hasher.matches("824631", kept)));
    expect(answers.filter((one) => one === true)).toHaveLength(8);
    expect(answers.filter((one) => one === undefined)).toHaveLength(2);
  });
});

describe("the lock-out", () => {
  it.each<["person" | "source", number, number]>([
    ["person", 0, 0],
    ["person", 2, 0],
    ["person", 3, 2_000],
    ["person", 4, 4_000],
    ["person", 11, 512_000],
    ["person", 12, 900_000],
    ["person", 1_000, 900_000],
    ["source", 9, 0],
    ["source", 10, 2_000],
  ])("of a %s after %i wrong PINs is %i ms", (counted, failures, ms) => {
    expect(lockMs(counted, failures)).toBe(ms);
  });

  it("outlives a restart, ends by itself, and begins anew after the right PIN", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    for (let tries = 0; tries < 3; tries += 1) {
      expect(await door.enter("Li", "000001", "10.0.0.9")).toEqual({ kind: "wrong" });
    }
    const again = await openDoor();
    expect(await again.enter("Li", "824631", "10.0.0.8")).toEqual({ kind: "locked", waitMs: 2_000 });
    await clock.advance(2_000);
    expect(await again.enter("Li", "824631", "10.0.0.8")).toMatchObject({ kind: "in", person: "Li" });
    expect(await again.enter("Li", "000001", "10.0.0.8")).toEqual({ kind: "wrong" });
  });

  it("is lifted from the command line", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    for (let tries = 0; tries < 4; tries += 1) await door.enter("Li", "000001", "10.0.0.9");
    expect(await unlockPerson(peoplePath(directory), "Li")).toBe(true);
    expect(await door.enter("Li", "824631", "10.0.0.9")).toMatchObject({ kind: "in" });
  });

  it("stops an address that tries one name after the other", async () => {
    const door = await openDoor();
    const entries = [];
    for (let tries = 0; tries < 11; tries += 1) entries.push(await door.enter(`name ${tries}`, "000001", "10.0.0.9"));
    expect(entries.slice(0, 10).every(({ kind }) => kind === "wrong")).toBe(true);
    expect(entries[10]).toMatchObject({ kind: "locked" });
    expect(await door.enter("name 1", "000001", "10.0.0.10")).toEqual({ kind: "wrong" });
  });

  it("begins anew in whole where nobody knows how long the gateway was off", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    for (let tries = 0; tries < 3; tries += 1) await door.enter("Li", "000001", "10.0.0.9");
    clock.jumpWall(-86_400_000);
    const later = await openDoor("boot-2");
    expect(await later.enter("Li", "824631", "10.0.0.9")).toEqual({ kind: "locked", waitMs: 2_000 });
  });

  it("begins anew where its file makes no sense", async () => {
    await writeFile(join(directory, "attempts.json"), "{");
    await addPerson("Li", "824631");
    expect(await (await openDoor()).enter("Li", "824631", "10.0.0.9")).toMatchObject({ kind: "in" });
  });
});

describe("sessions", () => {
  it("end after half an hour without a request, and a look at them does not keep them", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    const token = await signIn(door);
    await clock.advance(29 * MINUTE_MS);
    expect(await door.who(token)).toEqual({ person: "Li" });
    await clock.advance(29 * MINUTE_MS);
    expect(await door.peek(token)).toEqual({ person: "Li" });
    await clock.advance(2 * MINUTE_MS);
    expect(await door.who(token)).toBeUndefined();
  });

  it("end after twelve hours of work", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    const token = await signIn(door);
    for (let minutes = 0; minutes < 720; minutes += 20) {
      await clock.advance(20 * MINUTE_MS);
      await door.who(token);
    }
    await clock.advance(MINUTE_MS);
    expect(await door.who(token)).toBeUndefined();
  });

  it("end with another PIN, with a removed person, and with leaving", async () => {
    await addPerson("Li", "824631");
    const door = await openDoor();
    const first = await signIn(door);
    door.leave(first);
    expect(await door.who(first)).toBeUndefined();
    const second = await signIn(door);
    await addPerson("Li", "975310");
    expect(await door.who(second)).toBeUndefined();
    await addPerson("Li", "824631");
    const unasked = await signIn(door);
    await addPerson("Li", "824631");
    const third = await signIn(door);
    // Also the one that nobody asked with while the other PIN was in force.
    expect(await door.peek(unasked)).toBeUndefined();
    expect(await door.who(unasked)).toBeUndefined();
    expect(await door.who(third)).toEqual({ person: "Li" });
    await removePerson(peoplePath(directory), "Li");
    expect(await door.who(third)).toBeUndefined();
    expect(await readPeople(peoplePath(directory))).toEqual([]);
  });

  it("are at most fifty: the one that was silent longest ends", async () => {
    const sessions = new Sessions(clock);
    const tokens: string[] = [];
    for (let index = 0; index < 51; index += 1) {
      tokens.push(sessions.open(`p${index}`));
      await clock.advance(1);
    }
    expect(sessions.find(tokens[0])).toBeUndefined();
    expect(sessions.find(tokens[50])).toEqual({ person: "p50" });
  });

  it("are not found by what is no secret", () => {
    const sessions = new Sessions(clock);
    sessions.open("Li");
    for (const token of [undefined, "", "x", "x".repeat(10_000)]) expect(sessions.find(token)).toBeUndefined();
  });
});

describe("the page's certificate", () => {
  it("is made once, for this machine's names, with a key nobody else may read", async () => {
    const first = await pageCertificate(join(directory, "technician"));
    const second = await pageCertificate(join(directory, "technician"));
    expect(second).toEqual(first);
    expect(first.fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect((await stat(join(directory, "technician", "page-key.pem"))).mode & 0o077).toBe(0);
    const certificate = new X509Certificate(first.certPem);
    expect(certificate.checkPrivateKey(createPrivateKey(first.keyPem))).toBe(true);
    expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it("is made anew where a file of it is gone", async () => {
    const first = await pageCertificate(directory);
    await rm(join(directory, "page-key.pem"));
    expect((await pageCertificate(directory)).fingerprint).not.toBe(first.fingerprint);
  });

  it.each([
    ["cut off", async (cert: string) => await writeFile(cert, "-----BEGIN CERTIFICATE-----\nMII")],
    [
      "another's",
      async (cert: string) => await writeFile(cert, (await pageCertificate(join(directory, "other"))).certPem),
    ],
  ])("is made anew where the certificate is %s", async (_, spoil) => {
    const first = await pageCertificate(directory);
    await spoil(join(directory, "page-cert.pem"));
    const next = await pageCertificate(directory);
    expect(next.fingerprint).not.toBe(first.fingerprint);
    expect(new X509Certificate(next.certPem).checkPrivateKey(createPrivateKey(next.keyPem))).toBe(true);
  });
});
