import { connect } from "node:net";
import { text } from "node:stream/consumers";

import { silentLog } from "@outpost/kernel/log.ts";
import { expect, it } from "vitest";

import { GatewayMetrics } from "./metrics.ts";
import { openStatusPage } from "./status-page.ts";

const vision = { status: { state: { kind: "off" }, beat: undefined }, socketPath: undefined } as const;

/** The status of an answer to exactly this request line. */
async function statusOf(target: string, host: string, url: string): Promise<number> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  socket.write(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  return Number((await text(socket)).split(" ")[1]);
}

it("shows pictures to nobody who comes under another name, however the address is written", async () => {
  await using page = await openStatusPage(
    { host: "127.0.0.1", port: 0 },
    {
      log: silentLog,
      metrics: new GatewayMetrics(),
      snapshot: async () => await Promise.reject(new Error("nobody asks for the page")),
      acknowledge: () => ({ kind: "done" }),
      vision,
    },
  );
  const targets = ["/vision.json", "/vision.json?x", "/%76ision.json", "http://127.0.0.1/vision.json"];
  const pictures = ["/%76ision/cameras/gate/still.jpg", "//vision/evidence.json", "/vision/evidence.json#x"];
  const shown: string[] = [];
  for (const target of [...targets, ...pictures]) {
    const status = await statusOf(target, "evil.example", page.url);
    if (status !== 403 && status !== 404) shown.push(`${target}: ${status}`);
  }
  expect(shown).toEqual([]);
  expect(await statusOf("/vision/cameras/gate/still.jpg", "evil.example", page.url)).toBe(403);
  expect(await statusOf("/%76ision.json", "evil.example", page.url)).toBe(403);
  expect(await statusOf("/vision.json", "localhost", page.url)).toBe(200);
});
