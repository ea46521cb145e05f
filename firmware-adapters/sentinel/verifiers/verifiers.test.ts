import { generateKeyPairSync } from "node:crypto";

import { ManualClock } from "@outpost/kernel/manual-clock.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { testSeed } from "../../testing/random.ts";
import { sentinelSettings, type VerifierSettings } from "../settings.ts";
import { chainOf } from "./chain.ts";
import { CodeMemory } from "./code-memory.ts";
import { hashOfListed, listVerifier } from "./list.ts";
import { isSignedBy, issueToken, parseToken, type TokenClaims } from "./signed-token.ts";
import { publicKeys, signedVerifier } from "./signed.ts";
import type { Verifier } from "./verifier.ts";

const never = new AbortController().signal;
const ours = generateKeyPairSync("ed25519");
const old = generateKeyPairSync("ed25519");
const strangers = generateKeyPairSync("ed25519");
const NOW_S = 1_800_000_000;

function raw({ publicKey }: typeof ours): string {
  return publicKey.export({ format: "jwk" }).x ?? "";
}

type SignedSettings = Extract<VerifierSettings, { readonly kind: "signed" }>;

function settingsOf(more: Partial<SignedSettings> = {}): SignedSettings {
  return { kind: "signed", publicKeys: [raw(ours), raw(old)], isSingleUse: false, onDoubtfulClock: "deny", ...more };
}

interface Signed {
  readonly verifier: Verifier;
  readonly clock: ManualClock;
  readonly deps: FakeDeps;
}

function signed(more: Partial<SignedSettings> = {}, deps: FakeDeps = fakeDeps()): Signed {
  const clock = new ManualClock({ wallMs: NOW_S * 1_000 });
  const settings = settingsOf(more);
  const verifier = signedVerifier(settings, publicKeys(settings), { clock, memory: new CodeMemory(deps.memory) });
  return { verifier, clock, deps };
}

const claims: TokenClaims = { i: "visit-0001", e: NOW_S + 60 };
const admit = { kind: "admit", by: "signed", isUnverified: false };

describe("signed codes", () => {
  it.each<[string, string, object]>([
    ["one of ours", issueToken(claims, ours.privateKey), admit],
    ["one of an older key that still counts", issueToken(claims, old.privateKey), admit],
    ["one for any door", issueToken(claims, ours.privateKey), admit],
    ["one for this door", issueToken({ ...claims, d: "north" }, ours.privateKey), admit],
    ["one for another door", issueToken({ ...claims, d: "south" }, ours.privateKey), { reason: "other-door" }],
    ["a stranger's", issueToken(claims, strangers.privateKey), { reason: "bad-signature" }],
    ["one that has just expired", issueToken({ ...claims, e: NOW_S }, ours.privateKey), { reason: "expired" }],
    ["one in its last second", issueToken({ ...claims, e: NOW_S + 1 }, ours.privateKey), admit],
    ["one of tomorrow", issueToken({ ...claims, n: NOW_S + 1 }, ours.privateKey), { reason: "not-yet-valid" }],
    ["one from now on", issueToken({ ...claims, n: NOW_S }, ours.privateKey), admit],
    ["something else", "https://example.org/visit/1", { kind: "unknown" }],
    ["nothing", "", { kind: "unknown" }],
  ])("%s", async (_, code, verdict) => {
    expect(await signed({ door: "north" }).verifier.verify(code, never)).toMatchObject(verdict);
  });

  it("cannot be judged while nobody knows the time, and the site decides what that means", async () => {
    const code = issueToken({ ...claims, e: 1 }, ours.privateKey);
    const strict = signed();
    strict.clock.confidence = "doubtful";
    expect(await strict.verifier.verify(code, never)).toEqual({ kind: "refuse", reason: "clock-doubtful" });
    const open = signed({ onDoubtfulClock: "allow" });
    open.clock.confidence = "doubtful";
    expect(await open.verifier.verify(code, never)).toEqual(admit);
  });

  it("of single use are good once, over a restart as well, and forgotten when they have expired", async () => {
    const code = issueToken(claims, ours.privateKey);
    const first = signed({ isSingleUse: true });
    expect(await first.verifier.verify(code, never)).toEqual(admit);
    expect(await first.verifier.verify(code, never)).toEqual({ kind: "refuse", reason: "used-already" });
    const after = signed({ isSingleUse: true }, first.deps.restarted());
    expect(await after.verifier.verify(code, never)).toEqual({ kind: "refuse", reason: "used-already" });
    await after.clock.advance(61_000);
    const next = issueToken({ i: "visit-0002", e: NOW_S + 600 }, ours.privateKey);
    expect(await after.verifier.verify(next, never)).toEqual(admit);
    expect([...after.deps.memory.rows.keys()].filter((row) => row.startsWith("used/"))).toHaveLength(1);
  });

  it("of single use let nobody in while what was used is not known, or cannot be written down", async () => {
    const code = issueToken(claims, ours.privateKey);
    const refused = { kind: "refuse", reason: "cannot-remember" };
    const forgetful = signed({ isSingleUse: true }, fakeDeps({ isRestored: false }));
    expect(await forgetful.verifier.verify(code, never)).toEqual(refused);
    const broken = fakeDeps();
    broken.isDiskBroken = true;
    expect(await signed({ isSingleUse: true }, broken).verifier.verify(code, never)).toEqual(refused);
    const full = fakeDeps({
      rows: new Map(Array.from({ length: 4_900 }, (_, count) => [`used/${count}`, String((NOW_S + 60) * 1_000)])),
    });
    expect(await signed({ isSingleUse: true }, full).verifier.verify(code, never)).toEqual(refused);
  });

  it("are not remembered themselves", async () => {
    const here = signed({ isSingleUse: true });
    const memory = new CodeMemory(here.deps.memory);
    await memory.prepare();
    const code = issueToken(claims, ours.privateKey);
    await here.verifier.verify(code, never);
    const written = JSON.stringify([...here.deps.memory.rows]);
    expect(written).not.toContain(claims.i);
    expect(written).not.toContain(code.slice(5, 30));
    expect(memory.shortHash(code)).toMatch(/^[0-9a-f]{8}$/);
    expect(memory.shortHash(code)).not.toBe(new CodeMemory(fakeDeps().memory).shortHash(code));
  });
});

describe("a code's text", () => {
  const seed = testSeed();
  console.log(`sentinel token fuzz from seed ${seed}`);

  it("may be anything, and is never believed without its signature", () => {
    const piece = fc.constantFrom("OP1.", ".", "e", "eyJpIjoiYWJjZGVmZ2giLCJlIjoxfQ", "A".repeat(86), "=", "é", "{}");
    const text = fc.oneof(
      fc.string({ maxLength: 200 }),
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (code) => {
        const token = parseToken(code);
        expect(token !== undefined && isSignedBy(token, ours.publicKey)).toBe(false);
      }),
      { numRuns: 10_000, seed },
    );
  });

  it("is not believed with one letter changed or missing", () => {
    const code = issueToken(claims, ours.privateKey);
    const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    fc.assert(
      fc.property(fc.nat(code.length - 1), fc.constantFrom("", ...letters), (at, letter) => {
        const changed = code.slice(0, at) + letter + code.slice(at + 1);
        const token = parseToken(changed);
        const isGood = token !== undefined && isSignedBy(token, ours.publicKey);
        // The last letter of a signature has bits to spare: it may be written in four ways.
        expect(isGood).toBe(changed === code || (isGood && at === code.length - 1));
      }),
      { numRuns: 10_000, seed },
    );
  });
});

describe("a list of codes", () => {
  const list = listVerifier({
    kind: "list",
    salt: "pepper-and-salt",
    hashes: [hashOfListed("pepper-and-salt", "4711")],
  });

  it("knows its codes by their hashes", async () => {
    expect(hashOfListed("pepper-and-salt", "4711")).toBe(
      "0d57753977751283b040f4660e1339840b61c254b76ff476f967067458ecd15f",
    );
    expect(await list.verify("4711", never)).toEqual({ kind: "admit", by: "list", isUnverified: false });
    expect(await list.verify("4712", never)).toEqual({ kind: "unknown" });
  });

  it("comes after or before others: the first that knows a code decides", async () => {
    const chain = chainOf([signed().verifier, list]);
    expect(await chain.verify("4711", never)).toMatchObject({ kind: "admit", by: "list" });
    expect(await chain.verify(issueToken(claims, ours.privateKey), never)).toMatchObject({ by: "signed" });
    expect(await chain.verify(issueToken(claims, strangers.privateKey), never)).toMatchObject({ kind: "refuse" });
    expect(await chain.verify("4712", never)).toEqual({ kind: "refuse", reason: "unknown-code" });
  });
});

describe("settings", () => {
  const list = { kind: "list", salt: "12345678", hashes: ["0".repeat(64)] };
  it.each<[string, object, string]>([
    ["no verifier", { verifiers: [] }, "verifiers"],
    ["a list of something else than hashes", { verifiers: [{ ...list, hashes: ["4711"] }] }, "hashes"],
    [
      "an http verifier without its decision",
      { verifiers: [{ kind: "http", url: "http://verifier.local/" }] },
      "onFailure",
    ],
    ["a url of another kind", { verifiers: [{ kind: "http", url: "file:///etc/passwd", onFailure: "deny" }] }, "url"],
    ["temperatures without a thermometer", { verifiers: [list], wantsTemperature: true }, "wantsTemperature"],
    [
      "a gate on the thermometer's line",
      {
        verifiers: [list],
        thermometer: { link: "usb1", form: "ascii" },
        gate: { kind: "lcus-relay", link: "usb1" },
      },
      "gate",
    ],
  ])("refuse %s", (_, settings, path) => {
    const parsed = sentinelSettings.safeParse(settings);
    expect(parsed.success).toBe(false);
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toContainEqual(expect.stringContaining(path));
  });
});
