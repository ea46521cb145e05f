import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "vitest";

import { isSignedBy, parseToken } from "../verifiers/signed-token.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const ISSUE = fileURLToPath(new URL("issue-code.ts", import.meta.url));

class Running {
  readonly process: ChildProcessWithoutNullStreams;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
  }

  async ended(): Promise<number | null> {
    const [code] = await once(this.process, "close");
    return code;
  }

  /** Waits for the line that names the ports. */
  async ready(): Promise<Record<string, unknown>> {
    while (!this.stdout.includes("\n")) await once(this.process.stdout, "data");
    return JSON.parse(this.stdout);
  }
}

async function pull(port: unknown, lever: string, body: unknown): Promise<string> {
  const url = `http://127.0.0.1:${String(port)}/${lever}`;
  const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  return `${response.status} ${await response.text()}`;
}

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

describe("the simulator's process", () => {
  it("serves its parts and levers, and ends with its parent", async () => {
    const any = "127.0.0.1:0";
    const flags = ["--scanner", any, "--thermometer", any, "--gate", any, "--control", any];
    const running = new Running([...flags, "--measure-every", "100", "--with-parent"]);
    const ended = running.ended();
    const { scanner, thermometer, gate, control, publicKey } = await running.ready();
    const scanned = said(scanner, /\r\n/, Buffer.from("?"));
    await said(scanner, /!/, Buffer.from("?"));
    await pull(control, "scan", { issue: { validS: 60, door: "north" } });
    expect(isOurs((await scanned).replace(/^!*/, "").trim(), publicKey)).toBe(true);
    expect(await pull(control, "temperature", { celsius: 37.5 })).toContain('"celsius":37.5');
    expect(await said(thermometer, /T=37.50\r\n/)).toContain("T=37.50");
    expect(await said(gate, /CH8/, Buffer.from("a00201a3ff", "hex"))).toContain("CH2: ON");
    expect(await pull(control, "jam", {})).toContain('"isJammed":true');
    expect(await said(gate, /CH8/, Buffer.from("a00200a2ff", "hex"))).toContain("CH2: ON");
    expect(await pull(control, "mute", { part: "gate" })).toContain('"mute":["gate"]');
    expect(await pull(control, "garbage", { part: "door", hex: "00" })).toMatch(/^400 /);
    running.process.stdin.end();
    expect(await ended).toBe(0);
  });

  it("explains itself", async () => {
    const running = new Running(["--help"]);
    expect(await running.ended()).toBe(0);
    expect(running.stdout).toContain("--thermometer HOST:PORT");
  });

  it.each([
    ["no scanner", [], "--scanner is needed; see --help"],
    ["another thermometer", ["--scanner", "127.0.0.1:0", "--form", "x"], '--form: ascii or gy-mcu90614, not "x"'],
    ["too rare a measurement", ["--scanner", "127.0.0.1:0", "--measure-every", "60001"], "--measure-every: a whole"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    const running = new Running(args);
    expect(await running.ended()).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
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
