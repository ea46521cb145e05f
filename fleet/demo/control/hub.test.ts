import { once } from "node:events";
import { createServer, type Server } from "node:http";

import { freePort } from "@outpost/kernel/free-ports.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { demo } from "../../api/schemas.ts";
import { startHub } from "./hub.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";

const CODE = { deviceId: "locker", door: 3, code: "12345678" };
const METRICS = 'outpost_uplink_phase{phase="live"} 1\noutpost_alarms{priority="low",state="active-acknowledged"} 2\n';

/** Answers every request with what `answers` holds for it; others are refused with a reason. */
async function serve(answers: Readonly<Record<string, string>>, heard: string[] = []): Promise<[Server, string]> {
  const server = createServer((request, response) => {
    const asked = `${request.method} ${request.url}`;
    const chunks: string[] = [];
    request.setEncoding("utf8").on("data", (chunk) => chunks.push(String(chunk)));
    request.on("end", () => {
      heard.push(`${asked} ${chunks.join("")}`.trim());
      response.writeHead(asked in answers ? 200 : 409).end(answers[asked] ?? '{"reason":"not now"}');
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return [server, `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`];
}

describe("the demo's hub", () => {
  let cleanUp: AsyncDisposableStack;
  let uplink: TcpProxy;
  let hub: string;
  let heard: string[];
  beforeEach(async () => {
    cleanUp = new AsyncDisposableStack();
    heard = [];
    const [locker, control] = await serve({ "GET /state": '{"doors":[1]}', "POST /force": '{"doors":[2]}' }, heard);
    const [gateway, pageUrl] = await serve({ "GET /metrics": METRICS });
    for (const server of [locker, gateway]) cleanUp.defer(() => void server.close());
    uplink = cleanUp.use(await startTcpProxy(await freePort()));
    const port = await freePort();
    const simulators = [
      { id: "locker", kind: "locker", controlUrl: control },
      { id: "sign", kind: "sign", controlUrl: `http://127.0.0.1:${await freePort()}` },
    ];
    cleanUp.use(
      await startHub({ gateway: { id: "gateway-01", pageUrl }, uplink, simulators, pickUpCode: () => CODE }, port),
    );
    hub = `http://127.0.0.1:${port}`;
  });
  afterEach(async () => {
    await cleanUp.disposeAsync();
  });

  const post = (path: string, body = "{}", headers = {}): Promise<Response> =>
    fetch(`${hub}/${path}`, { method: "POST", body, headers });

  it("tells how gateway, line and simulators stand, and which does not answer", async () => {
    const state = demo.parse(await (await fetch(`${hub}/state`)).json());
    expect(state).toMatchObject({
      gateway: { id: "gateway-01", figures: { uplink: "live", alarmCount: 2, unacknowledgedCount: 0 } },
      uplink: { isCut: false },
      pickUpCode: CODE,
      simulators: [
        { id: "locker", state: { doors: [1] } },
        { id: "sign", state: null },
      ],
    });
  });

  it("pulls a simulator's lever with its body, and says why where it is refused", async () => {
    const pulled = await post("locker/force", '{"door":3}');
    expect([pulled.status, await pulled.json()]).toEqual([200, { state: { doors: [2] } }]);
    const refused = await post("locker/jam");
    expect([refused.status, await refused.text()]).toEqual([409, expect.stringContaining("not now")]);
    expect((await post("sign/dark")).status).toBe(502);
    expect(heard).toEqual(['POST /force {"door":3}', "POST /jam {}"]);
  });

  it("cuts and mends the uplink", async () => {
    expect((await post("uplink/cut")).status).toBe(200);
    expect(uplink.state).toBe("cut");
    expect(demo.parse(await (await fetch(`${hub}/state`)).json())).toMatchObject({ uplink: { isCut: true } });
    expect((await post("uplink/mend")).status).toBe(200);
    expect(uplink.state).toBe("open");
  });

  it("refuses what is none of its levers, too long, or sent by a web page", async () => {
    expect((await post("nobody/force")).status).toBe(404);
    expect((await post("locker/force/3")).status).toBe(404);
    expect((await post("locker/..%2fstate")).status).toBe(404);
    expect((await post("uplink/burn")).status).toBe(404);
    expect((await post("locker/force", "x".repeat(4_097))).status).toBe(413);
    expect((await post("uplink/cut", "{}", { origin: "http://elsewhere.example" })).status).toBe(403);
    expect(uplink.state).toBe("open");
    expect(heard).toEqual([]);
  });
});
