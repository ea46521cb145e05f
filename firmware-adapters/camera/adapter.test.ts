import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { describe, expect, it } from "vitest";

import { describeAdapter, type Rig } from "../conformance.ts";
import { camera } from "./adapter.ts";
import { testPattern } from "./simulator/picture/test-pattern.ts";
import type { Simulator } from "./simulator/simulator.ts";
import { simulate } from "./testing/rig.ts";

/** Often, and with little patience. */
const EAGER = { checkEveryMs: 500, timeoutMs: 1_000, staleAfterMs: 1_500, isBrightnessMeasured: false };
const isPossible = (value: number): boolean => value >= 0 && value < 60;
const badSettings = { settings: { source: { kind: "snapshot", url: "ftp://camera/" } }, path: "source.url" };

/** The simulated camera, by one of its ways. */
async function webRig(settingsFor: (port: number) => object): Promise<Rig> {
  let simulator: Simulator = await simulate();
  const port = simulator.ports.http;
  return {
    settings: settingsFor(port),
    badSettings,
    pointId: "frameAge",
    isPossible,
    breakLine: async () => {
      await simulator[Symbol.asyncDispose]();
    },
    mendLine: async () => {
      simulator = await simulate({ http: { host: "127.0.0.1", port } });
    },
    fallSilent: () => {
      simulator.camera.isSilent = true;
    },
    untilAsked: () => simulator.camera.nextRequest(),
    sendGarbage: async (bytes) => {
      // A camera asked twice a second would take long to be through with all of it.
      if (simulator.camera.mishapsLeft < 4) simulator.camera.plan({ kind: "garbage", bytes });
    },
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

/** A folder that somebody writes a new picture into, again and again. */
async function folderRig(): Promise<Rig> {
  const base = await mkdtemp(join(tmpdir(), "outpost-camera-"));
  const path = join(base, "upload");
  await mkdir(path);
  const stop = new AbortController();
  let isSilent = false;
  let frame = 0;
  const upload = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      frame += 1;
      // Nothing can be written while the folder is away.
      if (!isSilent) {
        const picture = testPattern({ width: 64, height: 64, frame });
        await writeFile(join(path, `${frame % 8}.jpg`), picture).catch(() => undefined);
      }
      await systemClock.sleep(100, stop.signal).catch(() => undefined);
    }
  };
  await writeFile(join(path, "0.jpg"), testPattern({ width: 64, height: 64, frame }));
  const uploading = upload();
  return {
    settings: { source: { kind: "folder", path }, ...EAGER },
    badSettings: { settings: { source: { kind: "folder", path: "upload" } }, path: "source.path" },
    pointId: "frameAge",
    isPossible,
    breakLine: async () => {
      await rename(path, `${path}-away`);
    },
    mendLine: async () => {
      await rename(`${path}-away`, path);
    },
    fallSilent: () => {
      isSilent = true;
    },
    sendGarbage: async (bytes) => {
      await writeFile(join(path, "garbage.jpg"), bytes);
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await uploading;
      await rm(base, { recursive: true, force: true });
    },
  };
}

const webUrl = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;

describeAdapter("a camera's snapshots", camera, () =>
  webRig((port) => ({ source: { kind: "snapshot", url: webUrl(port, "/snapshot.jpg") }, ...EAGER })),
);
describeAdapter("a camera's motion JPEG", camera, () =>
  webRig((port) => ({ source: { kind: "mjpeg", url: webUrl(port, "/mjpeg") }, ...EAGER })),
);
describeAdapter("a camera's motion JPEG, kept open", camera, () =>
  webRig((port) => ({ source: { kind: "mjpeg", url: webUrl(port, "/mjpeg") }, ...EAGER, watch: "stream" })),
);
describeAdapter("an ONVIF camera", camera, () =>
  webRig((port) => ({ source: { kind: "onvif", host: "127.0.0.1", port }, ...EAGER })),
);
describeAdapter("a folder that a camera uploads to", camera, folderRig);
describe("configuring a camera", () => {
  it("says where its settings do not fit", () => {
    expect(() => camera.configure("camera", { source: { kind: "rtsp", url: "rtsp://a:b@host/" } })).toThrow(
      /credentials stand in.*source\.url/s,
    );
  });

  it("has no method, so that no picture can be asked for, and no writable point", () => {
    const device = camera.configure("camera", { source: { kind: "rtsp", url: "rtsp://host/" }, watch: "stream" });
    expect(device.methods).toEqual([]);
    expect(device.points.map(({ id, writable }) => [id, writable])).toEqual([
      ["frameAge", undefined],
      ["frozen", undefined],
      ["dark", undefined],
      ["brightness", undefined],
      ["frameRate", undefined],
    ]);
  });
});
