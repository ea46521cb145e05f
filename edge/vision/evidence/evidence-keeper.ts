import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import type { VisionSettings } from "@outpost/wire/vision.ts";

import { VisionError } from "../errors.ts";
import type { Order, Report } from "../ipc/core-messages.ts";
import type { SessionPool } from "../sessions/session-pool.ts";
import type { EvidenceStore } from "./evidence-store.ts";
import type { FrameRing, SeenFrame } from "./frame-ring.ts";
import { drawSeen } from "./picture-maker.ts";

type Wanted = Extract<Order, { kind: "keep-evidence" }>;

export interface EvidenceKeeperDeps {
  readonly clock: Clock;
  readonly store: EvidenceStore;
  readonly pool: SessionPool;
  readonly settings: VisionSettings["evidence"];
  ring(camera: string): FrameRing | undefined;
  report(report: Extract<Report, { kind: "evidence" }>): void;
}

/** Alarms whose evidence waits to be made; beyond these the oldest goes without. */
const MAX_WAITING = 100;
const MAX_CLIP_PICTURES = 60;

/** Makes evidence of what alarms were about, one alarm after the other, behind everything else. */
export class EvidenceKeeper {
  readonly #deps: EvidenceKeeperDeps;
  readonly #waiting = new BoundedQueue<Wanted & { readonly frames: () => readonly SeenFrame[] }>({
    maxLength: MAX_WAITING,
    whenFull: "drop-oldest",
  });

  constructor(deps: EvidenceKeeperDeps) {
    this.#deps = deps;
  }

  /** Takes the pictures of now out of the ring, before newer ones push them out; the clip's second half is still to come. */
  want(wanted: Wanted): void {
    const { clipS } = this.#deps.settings;
    const ring = this.#deps.ring(wanted.camera);
    const still = ring?.near(wanted.atMs);
    const before = ring?.between(wanted.atMs - clipS * 1_000, wanted.atMs) ?? [];
    const frames = (): readonly SeenFrame[] => {
      if (still === undefined) return [];
      const after = ring?.between(wanted.atMs, wanted.atMs + clipS * 1_000) ?? [];
      const clip = clipS === 0 ? [] : [...before, ...after.filter((one) => !before.includes(one))];
      return [still, ...clip.slice(0, MAX_CLIP_PICTURES)];
    };
    this.#waiting.push({ ...wanted, frames });
  }

  /** Works until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [wanted] = await this.#waiting.take(1, signal).catch(() => []);
      if (wanted === undefined) return;
      const { clock, settings } = this.#deps;
      const endsAtMs = wanted.atMs + settings.clipS * 1_000;
      if (endsAtMs > clock.monotonicMs())
        await clock.sleep(endsAtMs - clock.monotonicMs(), signal).catch(() => undefined);
      await this.#keep(wanted, wanted.frames());
    }
  }

  async #keep({ occurrenceId, ruleId, camera, raisedAtMs }: Wanted, frames: readonly SeenFrame[]): Promise<void> {
    const { pool, settings, store, clock } = this.#deps;
    try {
      if (frames.length === 0) throw new VisionError("vision/no-picture", `there is no picture of ${camera}`);
      const drawn = [];
      for (const frame of frames) drawn.push(await drawSeen(pool, frame, settings));
      const blurredBy = drawn[0]?.blurredBy ?? "none";
      const about = { occurrenceId, ruleId, camera, raisedAtMs, blurredBy };
      const bytes = await store.keep(
        about,
        drawn.map(({ jpeg }) => jpeg),
        clock.now().wallMs,
      );
      this.#deps.report({ kind: "evidence", occurrenceId, outcome: "kept", bytes, reason: "" });
    } catch (error) {
      const reason = `${errorCode(error) ?? "error"}: ${asError(error).message}`.slice(0, 500);
      this.#deps.report({ kind: "evidence", occurrenceId, outcome: "failed", bytes: 0, reason });
    }
  }
}
