import type { Clock } from "@outpost/kernel/clock.ts";

import type { ListenerLink, Peer } from "../links/link.ts";
import type { PointBoard } from "../point-board.ts";

export interface PresenceOptions {
  /** Silence after which a station is taken for lost, and a point it no longer mentions for bad. */
  readonly supervisionMs: number;
  /** How long a station may be hung up before it is taken for lost; undefined for those that call for each report. */
  readonly hangUpGraceMs: number | undefined;
  readonly clock: Clock;
  readonly link: Pick<ListenerLink, "status">;
}

const LOOK_EVERY_MS = 1_000;
const LOOK_AT_LEAST_MS = 10;

/** Whether a station that calls us by itself is there, told from what it says and from its connection. */
export class Presence {
  readonly #board: PointBoard;
  readonly #options: PresenceOptions;
  readonly #heardAtMs = new Map<string, number>();
  #state: "awaited" | "present" | "lost" = "awaited";
  #lastHeardMs: number;
  #hungUpAtMs: number | undefined;
  #peer: Peer | undefined;

  constructor(board: PointBoard, options: PresenceOptions) {
    this.#board = board;
    this.#options = options;
    this.#lastHeardMs = options.clock.monotonicMs();
  }

  /** The connection the station last spoke on, while it is there. */
  get peer(): Peer | undefined {
    return this.#peer?.gone.aborted === true ? undefined : this.#peer;
  }

  /** The station has said something sound. */
  heard(peer: Peer): void {
    this.#lastHeardMs = this.#options.clock.monotonicMs();
    this.#state = "present";
    this.#board.online("reports");
    if (this.#peer === peer) return;
    this.#peer = peer;
    this.#hungUpAtMs = undefined;
    const onGone = (): void => {
      if (this.#peer === peer) this.#hungUpAtMs = this.#options.clock.monotonicMs();
    };
    if (peer.gone.aborted) onGone();
    else peer.gone.addEventListener("abort", onGone, { once: true });
  }

  /** The station has said something of this point. */
  mentioned(pointId: string): void {
    this.#heardAtMs.set(pointId, this.#options.clock.monotonicMs());
  }

  /** Looks after the deadlines until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      const waitMs = Math.max(LOOK_AT_LEAST_MS, Math.min(LOOK_EVERY_MS, this.#shortestMs() / 4));
      await clock.sleep(waitMs, signal);
      this.#look(clock.monotonicMs());
    }
  }

  #shortestMs(): number {
    const { supervisionMs, hangUpGraceMs } = this.#options;
    return Math.min(supervisionMs, hangUpGraceMs ?? supervisionMs);
  }

  #look(nowMs: number): void {
    if (this.#state === "lost") return;
    const { supervisionMs, hangUpGraceMs, link } = this.#options;
    if (link.status.kind === "down") {
      this.#lose("link-down", link.status.reason);
      return;
    }
    if (nowMs - this.#lastHeardMs >= supervisionMs) {
      this.#lose("timeout", `nothing was heard for ${supervisionMs / 1_000} s`);
      return;
    }
    if (hangUpGraceMs !== undefined && this.#hungUpAtMs !== undefined && nowMs - this.#hungUpAtMs >= hangUpGraceMs) {
      this.#lose("link-down", `the station hung up and did not call again within ${hangUpGraceMs / 1_000} s`);
      return;
    }
    for (const [pointId, atMs] of this.#heardAtMs) {
      if (nowMs - atMs < supervisionMs) continue;
      this.#heardAtMs.delete(pointId);
      this.#board.bad(pointId, "timeout", `the station has not mentioned it for ${supervisionMs / 1_000} s`);
    }
  }

  #lose(reason: "timeout" | "link-down", detail: string): void {
    this.#state = "lost";
    this.#heardAtMs.clear();
    this.#board.lost(reason, detail);
  }
}
