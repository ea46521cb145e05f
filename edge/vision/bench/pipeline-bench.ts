import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Frame } from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import { Bell } from "@outpost/kernel/bell.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";
import { sizeOf } from "@outpost/models/running/picture.ts";
import { visionSettings } from "@outpost/wire/vision.ts";

import { FrameRing } from "../evidence/frame-ring.ts";
import { Pipeline } from "../pipeline/pipeline.ts";
import { seatsOf, type Seat } from "../pipeline/seat.ts";
import { SessionPool } from "../sessions/session-pool.ts";
import { cpuMsOf } from "./cpu-time.ts";

const BARE = fileURLToPath(new URL("bare-worker.ts", import.meta.url));
const NAME = { zh: "全", en: "all" };

/** What frames cost: by the clock, and in CPU time of all processes that had a part in them. */
export interface Cost {
  readonly frames: number;
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** A whole pipeline in this process and one session process, fed with one picture for ever. */
export class BenchPipeline implements AsyncDisposable {
  readonly #pool: SessionPool;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  readonly #bell = new Bell();
  #looked = 0;
  #until = Number.POSITIVE_INFINITY;
  #reached: (() => void) | undefined;
  #scenes = 0;
  /** Between two measurements there is no new picture, and nobody's time is taken. */
  #isPaused = true;
  #frames: Frame;

  private constructor(pool: SessionPool, seats: readonly Seat[], frame: Frame) {
    this.#pool = pool;
    this.#frames = frame;
    const ring = new FrameRing({ keepMs: 10_000, maxBytes: 8 * 1_048_576 });
    const camera = { id: "bench", ring, seats, reader: this.#reader() };
    const pipeline = new Pipeline({
      clock: systemClock,
      log: silentLog,
      pool,
      bell: this.#bell,
      cameras: [camera],
      budgetMsPerS: 1e9,
      onScene: () => (this.#scenes += 1),
      onLooked: () => {
        this.#looked += 1;
        if (this.#looked >= this.#until) this.#reached?.();
      },
    });
    pool.begin();
    this.#running = pipeline.run(this.#stop.signal);
  }

  /** @param algorithms  so many of those that share the detector. */
  static async open(folder: string, jpeg: Buffer, algorithms: number): Promise<BenchPipeline> {
    const shipped = readAlgorithms();
    const corners = [
      [0, 0],
      [1, 0],
      [1, 1],
      [0, 1],
    ];
    const uses = ["perimeter", "loitering", "crowd"].slice(0, algorithms);
    const camera = visionSettings.shape.cameras.element.parse({
      device: "bench",
      zones: [{ id: "all", name: NAME, corners }],
      algorithms: uses.map((id) => ({ id, at: ["all"], framesPerSecond: 30 })),
      isGated: false,
    });
    const seats = seatsOf(
      camera,
      camera.algorithms.flatMap((settings) => {
        const algorithm = shipped.get(settings.id);
        return algorithm === undefined ? [] : [{ algorithm, settings }];
      }),
    ).map((seat) => ({ ...seat, wantedFps: 1_000, fps: 1_000 }));
    const bench: { pipeline?: BenchPipeline } = {};
    const deps = { clock: systemClock, log: silentLog, onChanged: () => bench.pipeline?.ring() };
    const pool = new SessionPool(deps, 1, new Map([["scene-detector", folder]]));
    const size = await sizeOf(jpeg);
    bench.pipeline = new BenchPipeline(pool, seats, {
      format: "jpeg",
      bytes: jpeg,
      ...size,
      capturedAtMs: 0,
      sequence: 1,
    });
    await bench.pipeline.run(20);
    return bench.pipeline;
  }

  get pool(): SessionPool {
    return this.#pool;
  }

  ring(): void {
    this.#bell.ring();
  }

  /** Lets so many frames go through from here on. */
  async run(frames: number): Promise<Cost> {
    const pids = this.#pool.processIds;
    const startedMs = systemClock.monotonicMs();
    const before = await this.#cpuMs(pids);
    const until = this.#looked + frames;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#until = until;
    this.#reached = resolve;
    this.#isPaused = false;
    this.#next();
    this.#bell.ring();
    await promise;
    this.#isPaused = true;
    const cpuMs = (await this.#cpuMs(this.#pool.processIds)) - before;
    return { frames: this.#looked - until + frames, wallMs: systemClock.monotonicMs() - startedMs, cpuMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#pool[Symbol.asyncDispose]();
  }

  async #cpuMs(pids: readonly number[]): Promise<number> {
    const { user, system } = process.cpuUsage();
    const others = await Promise.all(pids.map(cpuMsOf));
    return (user + system) / 1_000 + others.reduce((sum, one) => sum + one, 0);
  }

  #next(): void {
    if (this.#isPaused) return;
    const capturedAtMs = systemClock.monotonicMs();
    this.#frames = { ...this.#frames, sequence: this.#frames.sequence + 1, capturedAtMs };
  }

  /** A camera that always has a newer picture: the same bytes under a new number and time. */
  #reader() {
    const frames = (): Frame => this.#frames;
    return {
      get newest(): Frame {
        return frames();
      },
      take: () => this.#next(),
      stats: () => undefined,
      dropped: 0,
      trouble: undefined,
    };
  }
}

/** The bare alternative in a process of its own. */
export class BareWorker implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  static async open(folder: string, picture: string): Promise<BareWorker> {
    const child = fork(BARE, [folder, picture]);
    await once(child, "message");
    const worker = new BareWorker(child);
    await worker.run(20, true);
    return worker;
  }

  async run(frames: number, withDecoding: boolean): Promise<Cost> {
    const { pid = 0 } = this.#child;
    const startedMs = systemClock.monotonicMs();
    const before = await cpuMsOf(pid);
    this.#child.send({ frames, withDecoding });
    await once(this.#child, "message");
    return { frames, wallMs: systemClock.monotonicMs() - startedMs, cpuMs: (await cpuMsOf(pid)) - before };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#child, "close");
    this.#child.kill();
    await closed;
  }
}
