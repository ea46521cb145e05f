import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { connectAsync } from "mqtt";
import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

class Running implements AsyncDisposable {
  readonly process: ChildProcessWithoutNullStreams;
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";

  constructor(args: readonly string[]) {
    this.process = spawn(process.execPath, [MAIN, ...args]);
    this.process.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.process.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.ended = once(this.process, "close").then(([code]) => code);
  }

  /** The ports that its ready line names. */
  async ready(): Promise<Readonly<Record<string, number>>> {
    await eventually("the ready line", () => this.stdout.includes("\n"));
    return JSON.parse(this.stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.process.kill("SIGTERM");
    await this.ended;
  }
}

async function ask(port: number | undefined, method: string, path: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const TEXT = { id: "text-1", lines: ["地道积水", "请绕行"], priority: "emergency" };

describe("the simulator's process", () => {
  it("is a sign with a web server, whose picture and levers are there for people", async () => {
    await using running = new Running(["--http", "127.0.0.1:0", "--control", "127.0.0.1:0"]);
    const { http, control } = await running.ready();
    expect((await ask(http, "PUT", "/content", TEXT)).status).toBe(200);
    expect(await ask(http, "GET", "/health")).toMatchObject({ status: 200, body: { showing: "text-1", fault: false } });
    expect(await ask(control, "GET", "/state")).toMatchObject({ body: { lines: TEXT.lines, priority: "emergency" } });
    expect(await ask(control, "POST", "/dark")).toMatchObject({ body: { lines: [], fault: "panel dark" } });
    expect(await ask(control, "POST", "/dark", { isOn: false })).toMatchObject({ body: { lines: TEXT.lines } });
    expect(await ask(control, "POST", "/freeze")).toMatchObject({ status: 200 });
    expect((await ask(http, "PUT", "/content", { ...TEXT, id: "text-2" })).status).toBe(200);
    expect(await ask(http, "GET", "/health")).toMatchObject({ body: { showing: "text-1" } });
    expect(await ask(control, "POST", "/forget")).toMatchObject({ body: { showing: "text-1" } });
    expect(await ask(control, "POST", "/freeze", { isOn: false })).toMatchObject({ body: { showing: null } });
    expect(await ask(control, "POST", "/slow", { ms: -1 })).toMatchObject({ status: 400 });
    expect(await ask(control, "POST", "/reboot", { seconds: 0, forgets: true })).toMatchObject({ status: 200 });
    expect(await ask(control, "POST", "/behave")).toMatchObject({ body: { isAway: false } });
    expect((await ask(http, "PUT", "/content", { ...TEXT, lines: ["1", "2", "3", "4", "5"] })).status).toBe(400);
    expect((await ask(http, "GET", "/admin")).status).toBe(404);
  });

  it("is a sign behind a broker of its own", async () => {
    await using running = new Running(["--broker", "127.0.0.1:0", "--topic", "stop/12"]);
    const { broker } = await running.ready();
    const heard = new Map<string, string>();
    const client = await connectAsync(`mqtt://127.0.0.1:${broker}`);
    client.on("message", (topic, payload) => heard.set(topic, payload.toString()));
    await client.subscribeAsync("stop/12/#", { qos: 1 });
    await eventually("it is there", () => heard.get("stop/12/availability") === "online");
    await client.publishAsync("stop/12/content", JSON.stringify(TEXT), { qos: 1, retain: true });
    await eventually("it shows it", () => heard.get("stop/12/state")?.includes('"showing":"text-1"'));
    await client.endAsync();
    expect(JSON.parse(heard.get("stop/12/state") ?? "")).toMatchObject({ showing: "text-1", fault: false });
  });

  it("ends with its parent where it was told to", async () => {
    await using running = new Running(["--http", "127.0.0.1:0", "--with-parent"]);
    await running.ready();
    running.process.stdin.end();
    expect(await running.ended).toBe(0);
  });

  it("explains itself", async () => {
    await using running = new Running(["--help"]);
    expect(await running.ended).toBe(0);
    expect(running.stdout).toContain("--broker HOST:PORT");
  });

  it.each([
    ["nothing to speak on", [], "one of --http, --mqtt and --broker is needed"],
    ["two brokers", ["--mqtt", "mqtt://a", "--broker", "127.0.0.1:0"], "--mqtt or --broker, not both"],
    ["an address that is no broker's", ["--mqtt", "http://a"], "--mqtt: mqtt://HOST:PORT"],
    ["a topic with wildcards", ["--http", "127.0.0.1:0", "--topic", "a/#"], "--topic: a topic without wildcards"],
    ["no rows", ["--http", "127.0.0.1:0", "--rows", "0"], "--rows: a whole number of 1 to 50"],
    ["an unknown option", ["--udp", "x"], "Unknown option '--udp'"],
  ])("refuses %s in one line, with status 2", async (_, args, reason) => {
    await using running = new Running(args);
    expect(await running.ended).toBe(2);
    expect(running.stderr).toMatch(/^simulator: [^\n]+\n$/);
    expect(running.stderr).toContain(reason);
  });
});
