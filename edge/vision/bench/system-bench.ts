import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";

import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";

import { Vision } from "../core/vision.ts";
import { visionSite } from "../testing/vision-site.ts";

const GOOD = 8;
const SETTLE_MS = 8_000;
const READY_TIMEOUT_MS = 180_000;

export interface BenchPlace {
  /** A scratch folder. */
  readonly folder: string;
  /** Holds the package `scene-detector`. */
  readonly modelFolder: string;
  /** What the cameras show. */
  readonly jpeg: Buffer;
}

/** Vision as a gateway runs it, on cameras that show a folder of pictures in a loop. */
async function openVision({ folder, modelFolder, jpeg }: BenchPlace): Promise<Vision> {
  await mkdir(join(folder, "film"), { recursive: true });
  for (const name of ["a", "b"]) await writeFile(join(folder, "film", `${name}.jpg`), jpeg);
  return new Vision({
    clock: systemClock,
    log: silentLog,
    algorithms: readAlgorithms(),
    modelFolders: [modelFolder],
    evidenceFolder: join(folder, "evidence"),
    publish() {},
    setFact() {},
  });
}

function filmCameras({ folder }: BenchPlace, count: number, framesPerSecond: number) {
  const source = { kind: "folder", path: join(folder, "film"), order: "loop", framesPerSecond };
  return Array.from({ length: count }, (_, index) => ({ id: `good-${index}`, settings: { source } }));
}

/** Loop delay of this process, which plays the core: p99 in milliseconds while idle, and with vision saturated. */
export async function loopDelays(place: BenchPlace, seconds: number) {
  const idleP99Ms = await p99Of(seconds);
  await using vision = await openVision(place);
  const algorithms = [{ id: "perimeter", at: ["all"], framesPerSecond: 30 }];
  await vision.apply(visionSite(filmCameras(place, GOOD, 30), { algorithms, vision: { cpuCores: 64 } }));
  await untilLooking(vision, 1);
  const saturatedP99Ms = await p99Of(seconds);
  return { idleP99Ms, saturatedP99Ms };
}

async function p99Of(seconds: number): Promise<number> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  await systemClock.sleep(seconds * 1_000);
  histogram.disable();
  return histogram.percentile(99) / 1e6;
}

/** Pictures a second of eight good cameras, alone and beside a dead, a frozen and a garbage one. */
export async function besideBadCameras(place: BenchPlace, seconds: number) {
  const good = filmCameras(place, GOOD, 2);
  const algorithms = [{ id: "perimeter", at: ["all"], framesPerSecond: 1 }];
  const alone = await goodFps(place, visionSite(good, { algorithms, vision: { cpuCores: 8 } }), seconds);
  await using frozen = await listen((socket) =>
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n"),
  );
  await using garbage = await listen((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n");
    const timer = setInterval(() => socket.write(Buffer.alloc(20_000, 0x5a)), 20);
    socket.once("close", () => clearInterval(timer));
  });
  const bad = [await freePort(), frozen.port, garbage.port].map((port, index) => ({
    id: `bad-${index}`,
    settings: { source: { kind: "mjpeg", url: `http://127.0.0.1:${port}/mjpeg` }, timeoutMs: 3_000 },
  }));
  const beside = await goodFps(place, visionSite([...good, ...bad], { algorithms, vision: { cpuCores: 8 } }), seconds);
  return { alone, beside };
}

async function goodFps(place: BenchPlace, site: ReturnType<typeof visionSite>, seconds: number): Promise<number> {
  await using vision = await openVision(place);
  await vision.apply(site);
  await untilLooking(vision, GOOD);
  await systemClock.sleep(SETTLE_MS);
  const samples: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    await systemClock.sleep(1_000);
    const cameras = vision.status.beat?.cameras.filter(({ camera }) => camera.startsWith("good-")) ?? [];
    samples.push(cameras.reduce((sum, { analysedFps }) => sum + analysedFps, 0));
  }
  return samples.reduce((sum, one) => sum + one, 0) / samples.length;
}

async function untilLooking(vision: Vision, cameras: number): Promise<void> {
  const untilMs = systemClock.monotonicMs() + READY_TIMEOUT_MS;
  for (;;) {
    const looking = vision.status.beat?.cameras.filter(({ analysedFps }) => analysedFps > 0).length ?? 0;
    if (looking >= cameras) return;
    if (systemClock.monotonicMs() > untilMs) throw new Error("the cameras were not looked at in time");
    await systemClock.sleep(200);
  }
}

async function listen(onSocket: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    onSocket(socket);
  });
  const sockets = new Set<Socket>();
  server.on("connection", (socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
