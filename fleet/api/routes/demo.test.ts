import { once } from "node:events";
import { createServer } from "node:http";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import type { DemoSite } from "../schemas.ts";
import { openTestFleet } from "../testing/fleet.ts";

let server: TestPostgres;
beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const json = (body: string): RequestInit => ({ method: "POST", headers: { "content-type": "application/json" }, body });

describe("the demo's part of the API", () => {
  it("passes words on to the levers, with their bodies, and tells how the site really stands", async () => {
    const site: DemoSite = {
      isAvailable: true,
      gateway: { id: "gateway-01", pageUrl: "http://127.0.0.1:1", figures: null },
      uplink: { isCut: true },
      pickUpCode: null,
      simulators: [{ id: "locker", kind: "locker", state: { doors: [{ isOpen: true }] } }],
    };
    const answers = new Map<string, unknown>([
      ["GET /state", site],
      ["POST /locker/force", { state: { doors: [] } }],
      ["POST /locker/odd", { state: "not a state" }],
      ["POST /locker/long", { state: { text: "x".repeat(600_000) } }],
    ]);
    const words: string[] = [];
    const hub = createServer((request, response) => {
      const asked = `${request.method} ${request.url}`;
      const chunks: string[] = [];
      request.setEncoding("utf8").on("data", (chunk) => chunks.push(String(chunk)));
      request.on("end", () => {
        words.push(`${asked} ${chunks.join("")}`.trim());
        response.writeHead(answers.has(asked) ? 200 : 500).end(JSON.stringify(answers.get(asked)));
      });
    }).listen(0, "127.0.0.1");
    await once(hub, "listening");
    const address = hub.address();
    const demoControlUrl = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
    await using other = await openTestFleet(await server.createDatabase(), { demoControlUrl });
    const pull = async (lever: string, body?: object): Promise<number> =>
      (
        await fetch(
          `${other.http}/api/demo/${lever}`,
          body === undefined ? { method: "POST" } : json(JSON.stringify(body)),
        )
      ).status;

    expect(await (await fetch(`${other.http}/api/demo`)).json()).toEqual(site);
    const pulled = await fetch(`${other.http}/api/demo/locker/force`, json('{"door":3}'));
    expect(await pulled.json()).toEqual({ state: { doors: [] } });
    expect(await pull("locker/force")).toBe(200);
    expect(await pull("locker/other")).toBe(502);
    expect(await pull("locker/odd")).toBe(502);
    expect(await pull("locker/long")).toBe(502);
    expect(await pull("locker/force", { text: "x".repeat(4_085) })).toBe(200);
    expect(await pull("locker/force", { text: "x".repeat(4_086) })).toBe(413);
    expect(await pull("locker/..")).toBe(404);
    expect(await pull("Locker/force")).toBe(400);
    expect(await pull("locker/4")).toBe(400);
    expect(words.slice(0, 4)).toEqual([
      "GET /state",
      'POST /locker/force {"door":3}',
      "POST /locker/force {}",
      "POST /locker/other {}",
    ]);
    answers.delete("GET /state");
    expect((await fetch(`${other.http}/api/demo`)).status).toBe(502);
    hub.closeAllConnections();
    hub.close();
  });
});
