import type { DeviceDeps } from "../../adapter.ts";
import { eventTime, type DeviceEvent, type Occurrence } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import { judgeTime } from "../time/measuring-time.ts";
import { CommitOnce } from "./commit-once.ts";

export interface RecordsOptions {
  readonly deviceId: string;
  readonly pointIds: readonly string[];
  readonly liveWithinMs: number;
}

/** What is to be written down before it is acknowledged. */
export interface StationRecord {
  /** The station's own mark of it. */
  readonly key: string;
  readonly rows?: Readonly<Record<string, string | null>>;
  /** Notes the record on the board; called once, or not at all where it is known. */
  events(): readonly DeviceEvent[];
}

/** The records of one station: live or historic, published, written down once. */
export class Records {
  readonly #options: RecordsOptions;
  readonly #deps: DeviceDeps;
  readonly #board: PointBoard;
  readonly #commits: CommitOnce;
  /** The latest measuring time that was live. */
  #latestMs: number | undefined;

  /** @param signal  the device's life. */
  constructor(options: RecordsOptions, board: PointBoard, deps: DeviceDeps, signal: AbortSignal) {
    this.#options = options;
    this.#deps = deps;
    this.#board = board;
    this.#commits = new CommitOnce(deps, signal);
  }

  /** As `judgeTime`; a record that is live is the latest from now on. */
  judge(measuredAtMs: number): ReturnType<typeof judgeTime> {
    const { wallMs, confidence } = this.#deps.clock.now();
    const verdict = judgeTime({
      measuredAtMs,
      nowMs: wallMs,
      isClockConfident: confidence !== "doubtful",
      latestMs: this.#latestMs,
      liveWithinMs: this.#options.liveWithinMs,
    });
    if (verdict !== "historic") this.#latestMs = measuredAtMs;
    return verdict;
  }

  happened(name: string, details: Occurrence["details"]): Occurrence {
    const { deviceId } = this.#options;
    return { kind: "occurrence", deviceId, name, details, ...eventTime(this.#deps.clock.now()) };
  }

  publish(events: readonly DeviceEvent[]): void {
    for (const event of events) this.#deps.publish(event);
  }

  /** Publishes a record and writes it down. @returns whether it may be acknowledged. */
  async commit(record: StationRecord): Promise<boolean> {
    let dark: readonly DeviceEvent[] = [];
    const result = await this.#commits.commit(record.key, () => {
      const lit = new Set(this.#options.pointIds.filter((id) => this.#board.value(id) !== undefined));
      const events = record.events();
      dark = events.filter((event) => event.kind === "measurement" && !lit.has(event.pointId));
      return record.rows === undefined ? { events } : { events, rows: record.rows };
    });
    // A repetition of what was committed in an earlier life, or before the station was lost, still says how things are.
    if (result === "known") this.publish(dark);
    // The disk hangs, and the station will send this again: only what rules watch goes out now.
    if (result === "busy") this.publish(record.events().filter(({ kind }) => kind === "measurement"));
    return result === "committed" || result === "known";
  }
}
