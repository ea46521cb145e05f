import { Cam } from "onvif";
import { describe, expect, it } from "vitest";

import { simulate } from "../testing/rig.ts";

const guard = { username: "admin", password: "secret", scheme: "MD5" } as const;
const streamUrl = "rtsp://127.0.0.1:554/stream";

/** What another maker's client, agsh's `onvif`, gets from our simulated camera. */
async function addresses(
  port: number,
  password: string,
): Promise<{ readonly stream: unknown; readonly snapshot: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<Cam>();
  const options = { hostname: "127.0.0.1", port, username: guard.username, password, timeout: 10_000 };
  const cam = new Cam(options, (error) => (error ? reject(error) : resolve(cam)));
  await promise;
  const ask = async (method: "getStreamUri" | "getSnapshotUri"): Promise<unknown> => {
    const answer = Promise.withResolvers<unknown>();
    cam[method]({ profileToken: "main.1" }, (error: Error | null, uri?: { uri?: unknown }) =>
      error ? answer.reject(error) : answer.resolve(uri?.uri),
    );
    return await answer.promise;
  };
  return { stream: await ask("getStreamUri"), snapshot: await ask("getSnapshotUri") };
}

describe("the simulated camera before another client", () => {
  it.each(["token", "digest"] as const)("names its addresses, with credentials by %s", async (auth) => {
    await using simulator = await simulate({ guard, onvif: { streamUrl, auth } });
    const { http } = simulator.ports;
    expect(await addresses(http, guard.password)).toEqual({
      stream: streamUrl,
      snapshot: `http://127.0.0.1:${http}/snapshot.jpg?profile=main.1&a=b`,
    });
  });

  it("refuses wrong credentials", async () => {
    await using simulator = await simulate({ guard, onvif: { streamUrl } });
    await expect(addresses(simulator.ports.http, "wrong")).rejects.toThrow(/NotAuthorized/);
  });
});
