import { spawnSync } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { isSignedBy, parseToken } from "../verifiers/signed-token.ts";

const MAIN = new URL("main.ts", import.meta.url);
const ANY = "127.0.0.1:0";
const SCANNER = ["--scanner", ANY];
const ISSUE = fileURLToPath(new URL("issue-code.ts", import.meta.url));

/** The text that comes on a line until it holds something. */
async function said(port: unknown, wanted: RegExp, ask?: Buffer): Promise<string> {
  const socket = connect(Number(port), "127.0.0.1");
  if (ask !== undefined) socket.write(ask);
  let text = "";
  for await (const chunk of socket) {
    text += chunk;
    if (wanted.test(text)) break;
  }
  return text;
}

function isOurs(code: string, publicKey: unknown): boolean {
  const key = { kty: "OKP", crv: "Ed25519", x: String(publicKey) };
  const token = parseToken(code);
  return token !== undefined && isSignedBy(token, createPublicKey({ key, format: "jwk" }));
}

describeCommandLine(MAIN, {
  starts: SCANNER,
  helps: "--thermometer HOST:PORT",
  refuses: [
    ["no scanner", [], "--scanner is needed; see --help"],
    ["another thermometer", [...SCANNER, "--form", "x"], '--form: ascii or gy-mcu90614, not "x"'],
    ["too rare a measurement", [...SCANNER, "--measure-every", "60001"], "--measure-every: a whole"],
  ],
});

describe("the simulator's process", () => {
  it("serves its parts and levers, and ends with its parent", async () => {
    const flags = [...SCANNER, "--thermometer", ANY, "--gate", ANY, "--control", ANY];
    await using running = new RunningSimulator(MAIN, [...flags, "--measure-every", "100", "--with-parent"]);
    const { scanner, thermometer, gate, publicKey } = await running.ready();
    const scanned = said(scanner, /\r\n/, Buffer.from("?"));
    await said(scanner, /!/, Buffer.from("?"));
    await running.pull("scan", { issue: { validS: 60, door: "north" } });
    expect(isOurs((await scanned).replace(/^!*/, "").trim(), publicKey)).toBe(true);
    expect(await running.pull("temperature", { celsius: 37.5 })).toMatchObject({ body: { celsius: 37.5 } });
    expect(await said(thermometer, /T=37.50\r\n/)).toContain("T=37.50");
    expect(await said(gate, /CH8/, Buffer.from("a00201a3ff", "hex"))).toContain("CH2: ON");
    expect(await running.pull("jam", {})).toMatchObject({ body: { isJammed: true } });
    expect(await said(gate, /CH8/, Buffer.from("a00200a2ff", "hex"))).toContain("CH2: ON");
    expect(await running.pull("mute", { part: "gate" })).toMatchObject({ body: { mute: ["gate"] } });
    expect(await running.pull("garbage", { part: "door", hex: "00" })).toMatchObject({ status: 400 });
    expect(await running.endWithParent()).toBe(0);
  });
});

describe("issuing codes", () => {
  it("makes a key once, and codes that it vouches for", async () => {
    const folder = await mkdtemp(join(tmpdir(), "outpost-codes-"));
    const key = join(folder, "key.pem");
    const issue = (...args: readonly string[]) =>
      JSON.parse(spawnSync(process.execPath, [ISSUE, "--key", key, ...args]).stdout.toString("utf8"));
    const first = issue("--door", "north");
    const second = issue("--valid-s", "60");
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(second.publicKey).toBe(first.publicKey);
    expect([isOurs(first.code, first.publicKey), isOurs(second.code, first.publicKey)]).toEqual([true, true]);
    expect(parseToken(first.code)?.claims.d).toBe("north");
    await rm(folder, { recursive: true });
  });

  it("refuses a wrong command line with status 2", () => {
    const { status, stderr } = spawnSync(process.execPath, [ISSUE, "--valid-s", "0"]);
    expect(status).toBe(2);
    expect(stderr.toString("utf8")).toBe("issue-code: --key is needed; see --help\n");
  });
});
