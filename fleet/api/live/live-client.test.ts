import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

import { afterAll, beforeAll, expect, it } from "vitest";

import { until } from "../../broker/testing/until.ts";
import { LiveClient, MAX_UNREAD_BYTES } from "./live-client.ts";

const server = createServer();
beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => {
  server.close();
});

/** Both ends of a real connection. */
async function openPair(): Promise<{ reader: Socket; writer: Socket }> {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("no address");
  const accepted = once(server, "connection");
  const reader = connect(address.port, "127.0.0.1");
  const [writer] = await accepted;
  return { reader, writer };
}

it("leaves events out for a reader that does not read, in bounded memory, and tells it so when it reads again", async () => {
  const { reader, writer } = await openPair();
  const client = new LiveClient(writer);
  // Much more than the system's own buffers and ours hold together.
  const point = {
    gatewayId: "gw-1",
    deviceId: "pump-1",
    name: null,
    unit: "m",
    writable: null,
    value: 1,
    badReason: null,
    occurredAtMs: 1,
    clockConfidence: null,
  };
  const points = Array.from({ length: 5_000 }, (_, index) => ({ ...point, id: `point-${index}` }));
  for (let count = 0; count < 50; count += 1) {
    client.send("points", points);
    await new Promise(setImmediate);
  }
  expect(client.isBehind).toBe(true);
  expect(writer.writableLength).toBeLessThan(3 * MAX_UNREAD_BYTES);

  let text = "";
  reader.setEncoding("utf8").on("data", (chunk) => {
    text = (text + String(chunk)).slice(-1_000);
  });
  await until(
    () => (text.endsWith('event: resync\ndata: {"reason":"slow-reader"}\n\n') ? true : undefined),
    "the reader was told",
  );
  client.send("points", points.slice(0, 1));
  await until(() => (text.includes('"id":"point-0"') ? true : undefined), "the stream went on");
  expect(client.isBehind).toBe(false);
  reader.destroy();
  client.close();
});
