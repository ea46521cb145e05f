import { connect } from "node:tls";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { addPerson, openPageRig, PERSON, PIN, type PageRig } from "../testing/page-rig.ts";
import { SESSION_COOKIE } from "./guard.ts";

let rig: PageRig;
beforeAll(async () => {
  rig = await openPageRig();
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
});

const QUESTIONS = [
  "site",
  "families",
  "proposals",
  "network",
  "log",
  "book",
  "reports",
  "diagnostics",
  "box",
  "live",
  "algorithms",
  "cameras/gate/still",
];
const DEEDS = [
  "session/end",
  "pin",
  "claim",
  "site/check",
  "site/apply",
  "site/decide",
  "scan",
  "scan/stop",
  "checks",
  "network/checked",
  "drill",
  "drill/end",
  "alarms/acknowledge",
  "alarms/shelve",
  "alarms/unshelve",
  "alarms/service",
  "alarms/plan",
  "alarms/plan/end",
  "alarms/test",
  "reports",
  "box/restore",
];
const code = (body: Buffer): unknown => Reflect.get(JSON.parse(body.toString()), "code");

describe("an intruder", () => {
  it.each(QUESTIONS)("who is not signed in gets nothing of %s", async (path) => {
    const { status, body } = await (await rig.stranger()).raw("GET", `/api/${path}`);
    expect([status, code(body)]).toEqual([401, "technician/not-signed-in"]);
  });

  it.each(DEEDS)("who is not signed in cannot do %s", async (path) => {
    const { status, body } = await (await rig.stranger()).raw("POST", `/api/${path}`, "{}");
    expect([status, code(body)]).toEqual([401, "technician/not-signed-in"]);
  });

  it.each<[string, Record<string, string>]>([
    ["another page", { origin: "https://evil.example" }],
    ["the same host without TLS", { origin: "http://127.0.0.1" }],
    ["a frame without an origin", { origin: "null" }],
    ["another site, in the browser's words", { "sec-fetch-site": "cross-site" }],
    ["a sibling of the same site", { "sec-fetch-site": "same-site" }],
  ])("who makes a technician's browser send a deed from %s is refused", async (_, headers) => {
    const page = await rig.technician();
    const check = JSON.stringify({ deviceId: "station", pointId: "level", verdict: "pass" });
    const { status, body } = await page.raw("POST", "/api/checks", check, headers);
    expect([status, code(body)]).toEqual([403, "technician/cross-origin"]);
    expect(await page.ask("/api/book")).toMatchObject({ checks: [] });
  });

  it.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])(
    "who sends a form's %s instead of JSON is refused",
    async (type) => {
      const page = await rig.technician();
      const { status } = await page.raw("POST", "/api/scan", '{"kind":"serial"}', { "content-type": type });
      expect(status).toBe(400);
    },
  );

  it("who brings a session of his own making does not have it after the sign-in", async () => {
    const page = await rig.stranger();
    const fixed = `${SESSION_COOKIE}=${"a".repeat(43)}`;
    const entered = await page.raw("POST", "/api/session", JSON.stringify({ name: PERSON, pin: PIN }), {
      cookie: fixed,
    });
    expect(entered.status).toBe(200);
    const [cookie = ""] = entered.headers["set-cookie"] ?? [];
    expect(cookie).not.toContain("a".repeat(43));
    for (const flag of ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(flag);
    expect((await page.raw("GET", "/api/site", undefined, { cookie: fixed })).status).toBe(401);
  });

  it("cannot use a session that was left", async () => {
    const page = await rig.technician();
    const { cookie } = page;
    await page.act("/api/session/end");
    expect((await page.raw("GET", "/api/site", undefined, { cookie })).status).toBe(401);
  });

  it.each([
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/assets/..%2f..%2f..%2fpeople.json",
    "/assets/../../build.ts",
    "/api/reports/..%2f..%2ftechnician%2fpeople/html",
    "/api/reports/commissioning-gateway-01-20260101T000000-zh/..%2fkey",
    "//etc/passwd",
    "/%00",
    "/%",
  ])("finds no file at %s", async (path) => {
    const page = await rig.technician();
    const { status, body } = await page.raw("GET", path);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(body.toString()).not.toMatch(/root:|"hash"|PRIVATE KEY/);
  });

  it("cannot make it read a body before the door, however large", async () => {
    const page = await rig.stranger();
    const { status } = await page.raw("POST", "/api/site/check", `{"document":{"a":"${"x".repeat(900_000)}"}}`);
    expect(status).toBe(401);
  });

  it.each([
    ["/api/session", 17_000],
    ["/api/checks", 17_000],
    ["/api/site/check", 1_100_000],
    ["/api/box/restore", 4_300_000],
  ])("cannot send %s more than it may be", async (path, bytes) => {
    const page = await rig.technician();
    const { status, body } = await page.raw("POST", path, JSON.stringify({ x: "y".repeat(bytes) }));
    expect([status, code(body)]).toEqual([413, "technician/too-large"]);
  });

  it("who sends noise is hung up on, and the page goes on", async () => {
    const { port, hostname } = new URL(rig.url);
    const socket = connect({ port: Number(port), host: hostname, rejectUnauthorized: false });
    socket.on("error", () => {});
    socket.resume();
    const closed = new Promise((resolve) => {
      socket.once("close", resolve);
    });
    socket.write(Buffer.from([0, 1, 2, 255, 13, 10, 13, 10]));
    await closed;
    expect((await (await rig.stranger()).raw("GET", "/api/welcome")).status).toBe(200);
  });

  it("cannot put a script into what the page or a report shows", async () => {
    const page = await rig.technician();
    const evil = `<img src=x onerror="alert(1)"></td><script>alert(2)</script>`;
    await page.act("/api/checks", {
      deviceId: "station",
      pointId: "level",
      verdict: "fail",
      plate: "<b>",
      comment: evil,
    });
    const { id } = await page.act<{ id: string }>("/api/reports", { language: "en" });
    const { body, headers } = await page.raw("GET", `/api/reports/${id}/html`);
    expect(body.toString()).not.toMatch(/<img|<script/);
    expect(body.toString()).toContain("&lt;img src=x");
    expect(headers["content-security-policy"]).toBe("default-src 'none'; style-src 'unsafe-inline'; sandbox");
  });

  it("meets a policy that runs only the page's own scripts, and frames it nowhere, on every answer", async () => {
    const page = await rig.stranger();
    for (const path of ["/", "/api/welcome", "/api/site", "/nothing"]) {
      const { headers } = await page.raw("GET", path);
      const policy = headers["content-security-policy"] ?? "";
      for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'none'"]) {
        expect(policy).toContain(rule);
      }
      expect(headers["x-content-type-options"]).toBe("nosniff");
    }
  });
});

describe("an intruder who guesses PINs", () => {
  it("waits longer and longer, and so does everybody who uses that name; the command line lifts it", async () => {
    const { unlockPerson, peoplePath } = await import("../door/people.ts");
    const page = await rig.stranger();
    const knock = async (pin: string) => {
      const { status, body } = await page.raw("POST", "/api/session", JSON.stringify({ name: PERSON, pin }));
      const answer: { code?: string; waitMs?: number } = JSON.parse(body.toString());
      return { status, ...answer };
    };
    for (const pin of ["111112", "111113", "111114"]) {
      expect(await knock(pin)).toMatchObject({ status: 401, code: "technician/wrong-pin" });
    }
    const locked = await knock(PIN);
    expect(locked).toMatchObject({ status: 429, code: "technician/locked-out" });
    expect(locked.waitMs).toBeGreaterThan(0);
    await unlockPerson(peoplePath(rig.state), PERSON);
    expect(await knock(PIN)).toMatchObject({ status: 200 });
  });

  it("gets no more free tries by knocking often at the same moment", async () => {
    const page = await rig.stranger();
    const pins = Array.from({ length: 12 }, (_, index) => `90${index + 1000}`);
    const answers = await Promise.all(
      pins.map((pin) => page.raw("POST", "/api/session", JSON.stringify({ name: PERSON, pin }))),
    );
    const looked = answers.filter(({ body }) => code(body) === "technician/wrong-pin");
    expect(looked.length).toBeLessThanOrEqual(3);
  });

  it("is told the same of a name that is there and of one that is not", async () => {
    const page = await rig.stranger();
    const { status, body } = await page.raw("POST", "/api/session", JSON.stringify({ name: "Nobody", pin: "135791" }));
    expect([status, code(body)]).toEqual([401, "technician/wrong-pin"]);
  });

  it("leaves records in the journal, and cannot fill it with them", () => {
    const refused = rig.gateway.log().match(/"result":"(wrong|locked)"/g) ?? [];
    expect(refused.length).toBeLessThan(12);
    expect(rig.gateway.log()).toMatch(/"who":"Li Wei","action":"sign-in","target":"","result":"wrong"/);
    expect(rig.gateway.log()).toMatch(/"result":"locked"/);
    expect(rig.gateway.log()).not.toContain(PIN);
  });
});

describe("a gateway that nobody has a PIN for yet", () => {
  it("is given its first technician by the claim's code alone; whoever guesses codes waits", async () => {
    await using fresh = await openPageRig((site) => site, false);
    const page = await fresh.stranger();
    const claim = async () => {
      const body = { code: "AAAA-BBBB-CCCC", name: PERSON, pin: PIN };
      const { status, body: answer } = await page.raw("POST", "/api/first", JSON.stringify(body));
      return { status, code: code(answer) };
    };
    expect(await page.ask("/api/welcome")).toEqual({ isFirst: true });
    for (let tries = 0; tries < 10; tries += 1) {
      expect(await claim()).toEqual({ status: 422, code: "technician/refused" });
    }
    expect(await claim()).toEqual({ status: 429, code: "technician/locked-out" });
    expect(await page.ask("/api/welcome"), "a wrong code lets nobody in").toEqual({ isFirst: true });
    await addPerson(fresh.state);
    expect(await claim()).toEqual({ status: 422, code: "technician/refused" });
    expect(await page.ask("/api/welcome")).toEqual({ isFirst: false });
  });
});
