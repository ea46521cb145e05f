import { createSocket } from "node:dgram";
import { once } from "node:events";

import { systemClock } from "@outpost/kernel/clock.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { seededRandom } from "../../testing/random.ts";
import type { OnvifSource } from "../settings.ts";
import { openFrames } from "../sources/open-frames.ts";
import { frameDeps, settingsOf, simulate, take } from "../testing/rig.ts";
import { parseProbeMatches } from "./probe.ts";
import { scanOnvif, type FoundCamera } from "./scan.ts";
import { readStreamUris, type OnvifCamera } from "./stream-uris.ts";

const never = new AbortController().signal;
const guard = { username: "admin", password: "p<ss&wörd", scheme: "SHA-256" } as const;
const streamUrl = "rtsp://127.0.0.1:554/stream?a=1&b=2";

function cameraAt(port: number, source: Partial<OnvifSource> = {}, password: string = guard.password): OnvifCamera {
  const { source: whole } = settingsOf({ source: { kind: "onvif", host: "127.0.0.1", port, ...source } });
  if (whole.kind !== "onvif") throw new Error("another kind");
  return { source: whole, credentials: { username: "admin", password }, isCertificateChecked: true };
}

function probeMatch(address: string, endpoint: string): string {
  return `<ProbeMatch><EndpointReference><Address>${endpoint}</Address></EndpointReference><XAddrs>${address}</XAddrs></ProbeMatch>`;
}

function probeAnswer(relatesTo: string, matches: string): string {
  return `<E><Header><RelatesTo>${relatesTo}</RelatesTo></Header><Body><ProbeMatches>${matches}</ProbeMatches></Body></E>`;
}

describe("asking an ONVIF camera for its addresses", () => {
  it.each([
    ["by tokens", {}],
    ["by HTTP digest", { auth: "digest" }],
    ["with a clock years behind", { clockSkewMs: -5 * 365 * 86_400_000 }],
    ["with a clock that is told to nobody", { isClockPublic: false }],
    ["of Media2 only", { media: 2 }],
    ["without GetServices", { hasServices: false }],
  ] as const)("works with one %s", async (_, facts) => {
    await using simulator = await simulate({ guard, onvif: { streamUrl, ...facts } });
    const { http } = simulator.ports;
    expect(await readStreamUris(cameraAt(http), frameDeps, never)).toEqual({
      profile: "Main stream",
      stream: streamUrl,
      snapshot: `http://127.0.0.1:${http}/snapshot.jpg?profile=main.1&a=b`,
    });
    expect(simulator.onvif.asked[0]).toBe("GetSystemDateAndTime");
  });

  it.each(["sub.2", "Sub stream"])("takes the profile %s", async (profile) => {
    await using simulator = await simulate({ onvif: { streamUrl } });
    const uris = await readStreamUris(cameraAt(simulator.ports.http, { profile }), frameDeps, never);
    expect(uris).toMatchObject({ profile: "Sub stream", snapshot: expect.stringContaining("profile=sub.2") });
  });

  it("says that a profile is none of its own", async () => {
    await using simulator = await simulate({ onvif: { streamUrl } });
    const asking = readStreamUris(cameraAt(simulator.ports.http, { profile: "other" }), frameDeps, never);
    await expect(asking).rejects.toMatchObject({ code: "camera/refused", message: expect.stringContaining("its 2") });
  });

  it.each(["token", "digest"] as const)("says that wrong credentials were refused by %s", async (auth) => {
    await using simulator = await simulate({ guard, onvif: { streamUrl, auth } });
    const asking = readStreamUris(cameraAt(simulator.ports.http, {}, "wrong-word"), frameDeps, never);
    const error: unknown = await asking.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "camera/credentials-refused" });
    expect(`${error instanceof Error ? error.stack : ""}`).not.toContain("wrong-word");
  });

  it("goes to no other host, and says which setting there is for cameras that do not know their own address", async () => {
    await using simulator = await simulate({
      onvif: { believedHost: "10.9.8.7:80", streamUrl: "rtsp://10.9.8.7:8554/s" },
    });
    const { http } = simulator.ports;
    await expect(readStreamUris(cameraAt(http), frameDeps, never)).rejects.toThrow(/preserveAddress/);
  });

  it("takes the settings' host for every address behind a translation", async () => {
    await using simulator = await simulate();
    const { http } = simulator.ports;
    const facts = { believedHost: `10.9.8.7:${http}`, streamUrl: "rtsp://10.9.8.7:8554/s" };
    await using hidden = await simulate({ http: { host: "127.0.0.2", port: http }, onvif: facts });
    const camera = cameraAt(hidden.ports.http, { host: "127.0.0.2", preserveAddress: true });
    expect(await readStreamUris(camera, frameDeps, never)).toMatchObject({
      stream: "rtsp://127.0.0.2:8554/s",
      snapshot: `http://127.0.0.2:${http}/snapshot.jpg?profile=main.1&a=b`,
    });
  });

  it("opens the pictures of a camera that has snapshots only", async () => {
    await using simulator = await simulate({ guard });
    const source = { kind: "onvif", host: "127.0.0.1", port: simulator.ports.http };
    const settings = settingsOf({ source, username: guard.username, password: guard.password });
    await using stream = await openFrames(settings, { format: "jpeg", maxFramesPerSecond: 20 }, frameDeps, never);
    expect(await take(stream, 3)).toHaveLength(3);
  });
});

describe("looking for ONVIF cameras", () => {
  it("finds one that is asked by its address, and says how to configure it", async () => {
    await using simulator = await simulate({ probes: { host: "127.0.0.1", port: 0 }, name: "泵站 3%" });
    const targets = [{ host: "127.0.0.1", port: simulator.ports.probes ?? 0 }];
    const seen: FoundCamera[] = [];
    const onProgress = (camera: FoundCamera): void => {
      seen.push(camera);
    };
    const options = { signal: never, timeoutMs: 1_500, interfaces: ["127.0.0.1"], targets, onProgress };
    const found = await scanOnvif(options);
    expect(found).toEqual([
      {
        name: "泵站 3%",
        hardware: "Simulator",
        location: "Jinshan",
        endpoint: expect.stringMatching(/^urn:uuid:/),
        source: {
          kind: "onvif",
          host: "127.0.0.1",
          port: simulator.ports.http,
          path: "/onvif/device_service",
          isSecure: false,
        },
      },
    ]);
    expect(seen).toEqual(found);
    expect(settingsOf({ source: found[0]?.source }).source.kind).toBe("onvif");
  });

  it("is not led astray by a device that answers nonsense, everything, or somebody else's question", async () => {
    const hostile = createSocket("udp4");
    hostile.bind(0, "127.0.0.1");
    await once(hostile, "listening");
    let asked = 0;
    hostile.on("message", (datagram, { port }) => {
      asked += 1;
      const id = /<a:MessageID>([^<]+)</.exec(datagram.toString())?.[1] ?? "";
      for (const text of [
        "nonsense",
        "<E>".repeat(5_000),
        probeAnswer("urn:uuid:another", probeMatch("http://10.0.0.1/", "a")),
        probeAnswer(id, probeMatch("file:///etc/passwd javascript:1 not-a-url", "b")),
        probeAnswer(id, probeMatch("http://10.0.0.2/x", "\u001b[31mevil\u0007").repeat(50)),
        probeAnswer(id, "<ProbeMatch/>"),
      ]) {
        hostile.send(text, port, "127.0.0.1");
      }
    });
    const targets = [{ host: "127.0.0.1", port: hostile.address().port }];
    const found = await scanOnvif({ signal: never, timeoutMs: 600, interfaces: ["127.0.0.1"], targets });
    hostile.close();
    expect(asked).toBeGreaterThan(0);
    expect(found.map(({ endpoint, source }) => [endpoint, source.host])).toEqual([["[31mevil", "10.0.0.2"]]);
  });

  it("ends in time, and at once when it is told to", async () => {
    const targets = [{ host: "127.0.0.1", port: 9 }];
    const startedMs = systemClock.monotonicMs();
    expect(await scanOnvif({ signal: never, timeoutMs: 300, interfaces: ["127.0.0.1"], targets })).toEqual([]);
    expect(systemClock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(295);
    const stop = new AbortController();
    const scanning = scanOnvif({ signal: stop.signal, timeoutMs: 60_000, interfaces: ["127.0.0.1"], targets });
    stop.abort(new Error("enough"));
    await expect(scanning).rejects.toThrow("enough");
  });

  it("says so where it has no network to ask on", async () => {
    const scanning = scanOnvif({ signal: never, timeoutMs: 300, interfaces: ["203.0.113.1"] });
    await expect(scanning).rejects.toMatchObject({ code: "camera/unreachable" });
  });

  it("reads no more from an answer than fits, and never fails on one", () => {
    const random = seededRandom();
    console.log(`probe fuzz from seed ${random.seed}`);
    const words = [
      "<E>",
      "</E>",
      "<Header>",
      "<RelatesTo>id</RelatesTo>",
      "<ProbeMatch>",
      "<XAddrs>http://a/ ",
      "%",
      "&#0;",
    ];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map((all) => Buffer.from(all)),
      fc.array(fc.constantFrom(...words), { maxLength: 30 }).map((all) => Buffer.from(all.join(""))),
    );
    fc.assert(
      fc.property(bytes, (datagram) => {
        expect(parseProbeMatches(datagram, "id").length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 10_000, seed: random.seed },
    );
  });
});
