import { FFMPEG, GST_RTSP, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { describe } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { camera } from "./adapter.ts";
import { relayTo, type Relay } from "./testing/relay.ts";
import { startRtspServer } from "./testing/rtsp-server.ts";

const missing = [FFMPEG, GST_RTSP].map(missingPeer).find((reason) => reason !== undefined);
if (missing !== undefined) console.warn(`skipped with real RTSP: ${missing}`);

const EAGER = { checkEveryMs: 500, timeoutMs: 4_000, staleAfterMs: 2_000, isBrightnessMeasured: false };

async function rtspRig(watch: "checks" | "stream"): Promise<Rig> {
  const server = await startRtspServer();
  let relay: Relay = await relayTo(server.port);
  const { port } = relay;
  return {
    settings: { source: { kind: "rtsp", url: `rtsp://127.0.0.1:${port}/stream` }, ...EAGER, watch },
    badSettings: { settings: { source: { kind: "rtsp", url: "http://camera/" } }, path: "source.url" },
    pointId: "frameAge",
    isPossible: (value) => value >= 0 && value < 60,
    breakLine: async () => {
      await relay[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      relay = await relayTo(server.port, port);
    },
    fallSilent: () => server.hang(),
    sendGarbage: async (bytes) => relay.sendGarbage(bytes),
    async [Symbol.asyncDispose]() {
      await relay[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe.skipIf(missing !== undefined)("with GStreamer's server", () => {
  describeAdapter("an RTSP camera", camera, () => rtspRig("checks"));
  describeAdapter("an RTSP camera, kept open", camera, () => rtspRig("stream"));
});
