import type { Clock } from "@outpost/kernel/clock.ts";

import type { Reading } from "../../event.ts";
import type { LinkPriority } from "../../links/link.ts";
import type { WriteRequest } from "../codec.ts";
import type { Planner } from "../polling/planner.ts";
import type { PointReports, PolledPoint } from "../polling/point-reports.ts";
import type { Session } from "../session/session.ts";

export interface PointIoDeps {
  readonly clock: Clock;
  readonly session: Session;
  readonly planner: Planner;
  readonly reports: PointReports;
}

/** Single points read and written for a command. What is read is published like any other reading. */
export class PointIo {
  readonly #deps: PointIoDeps;
  readonly priority: LinkPriority;

  constructor(deps: PointIoDeps, priority: LinkPriority) {
    this.#deps = deps;
    this.priority = priority;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  point(id: string): PolledPoint | undefined {
    return this.#deps.reports.point(id);
  }

  /** What was last read of a point, however long ago. */
  latest({ point }: PolledPoint): Reading | undefined {
    return this.#deps.reports.latest(point.id)?.reading;
  }

  /** Reads points now, in the fewest requests. Throws as `Session.read`. */
  async refresh(points: readonly PolledPoint[], signal: AbortSignal): Promise<void> {
    for (const block of this.#deps.planner.planFor(points)) {
      this.#deps.reports.blockRead(block, await this.#deps.session.read(block, this.priority, signal));
    }
  }

  /** Reads one point now. Throws as `Session.read`. */
  async read(point: PolledPoint, signal: AbortSignal): Promise<Reading> {
    await this.refresh([point], signal);
    return this.latest(point) ?? { quality: "bad", reason: "not-yet-read" };
  }

  /** Writes once. Throws as `Session.write`. */
  async write(point: PolledPoint, words: readonly number[], signal: AbortSignal): Promise<void> {
    const { address } = point;
    const request: WriteRequest =
      point.table === "coil" ? { kind: "coil", address, value: words[0] === 1 } : { kind: "registers", address, words };
    await this.#deps.session.write(request, this.priority, signal);
  }
}

/** The value where the reading is good. */
export function goodValue(reading: Reading | undefined): number | null {
  return reading?.quality === "good" ? reading.value : null;
}
