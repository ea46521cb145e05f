import { connectAsync } from "mqtt";
import { describe, expect, it } from "vitest";

import { describeCommandLine } from "../../simulation/testing/command-line-suite.ts";
import { RunningSimulator } from "../../simulation/testing/running-simulator.ts";
import { eventually } from "../../testing/fake-deps.ts";

const MAIN = new URL("main.ts", import.meta.url);
const HTTP = ["--http", "127.0.0.1:0"];

async function ask(port: number, method: string, path: string, body?: object) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

const TEXT = { id: "text-1", lines: ["地道积水", "请绕行"], priority: "emergency" };

describeCommandLine(MAIN, {
  starts: HTTP,
  helps: "--broker HOST:PORT",
  refuses: [
    ["nothing to speak on", [], "one of --http, --mqtt and --broker is needed"],
    ["two brokers", ["--mqtt", "mqtt://a", "--broker", "127.0.0.1:0"], "--mqtt or --broker, not both"],
    ["an address that is no broker's", ["--mqtt", "http://a"], "--mqtt: mqtt://HOST:PORT"],
    ["a topic with wildcards", [...HTTP, "--topic", "a/#"], "--topic: a topic without wildcards"],
    ["no rows", [...HTTP, "--rows", "0"], "--rows: a whole number of 1 to 50"],
  ],
});

describe("the simulator's process", () => {
  it("is a sign with a web server, whose picture and levers are there for people", async () => {
    await using running = new RunningSimulator(MAIN, [...HTTP, "--control", "127.0.0.1:0"]);
    const http = await running.port("http");
    expect((await ask(http, "PUT", "/content", TEXT)).status).toBe(200);
    expect(await ask(http, "GET", "/health")).toMatchObject({ status: 200, body: { showing: "text-1", fault: false } });
    expect(await running.state()).toMatchObject({ lines: TEXT.lines, priority: "emergency" });
    expect(await running.pull("dark")).toMatchObject({ body: { lines: [], fault: "panel dark" } });
    expect(await running.pull("dark", { isOn: false })).toMatchObject({ body: { lines: TEXT.lines } });
    expect(await running.pull("freeze")).toMatchObject({ status: 200 });
    expect((await ask(http, "PUT", "/content", { ...TEXT, id: "text-2" })).status).toBe(200);
    expect(await ask(http, "GET", "/health")).toMatchObject({ body: { showing: "text-1" } });
    expect(await running.pull("forget")).toMatchObject({ body: { showing: "text-1" } });
    expect(await running.pull("freeze", { isOn: false })).toMatchObject({ body: { showing: null } });
    expect(await running.pull("slow", { ms: -1 })).toMatchObject({ status: 400 });
    expect(await running.pull("reboot", { seconds: 0, forgets: true })).toMatchObject({ status: 200 });
    expect(await running.pull("behave")).toMatchObject({ body: { isAway: false } });
    expect((await ask(http, "PUT", "/content", { ...TEXT, lines: ["1", "2", "3", "4", "5"] })).status).toBe(400);
    expect((await ask(http, "GET", "/admin")).status).toBe(404);
  });

  it("is a sign behind a broker of its own", async () => {
    await using running = new RunningSimulator(MAIN, ["--broker", "127.0.0.1:0", "--topic", "stop/12"]);
    const broker = await running.port("broker");
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
});
