import type { DeviceDeps, PointDescription } from "../../adapter.ts";
import type { Measurement, Reading } from "../../event.ts";
import { PointBoard } from "../../point-board.ts";
import type { PanelEvent } from "../events/panel-event.ts";
import type { Dc09Settings } from "../settings.ts";
import {
  applyEvent,
  conditionRow,
  expire,
  mergedConditions,
  NO_CONDITIONS,
  nextEndMs,
  pointValue,
  restoredConditions,
  zoneValue,
  type Conditions,
} from "./conditions.ts";
import { isAlarm, POINTS, type CodeMeaning, type PointKind } from "./points.ts";

/** The points of an account: what is the same for every panel, and one for each zone that has a name. */
export function describePoints({ zones }: Dc09Settings): readonly PointDescription[] {
  return [
    ...POINTS.map(({ id, name }) => ({ id, unit: "", name })),
    ...zones.map(({ id, zone, name }) => ({
      id: `zone.${id}`,
      unit: "",
      name: name ?? { zh: `防区 ${zone}`, en: `Zone ${zone}` },
    })),
  ];
}

const rowKey = (kind: PointKind): string => `on.${kind}`;

type Rows = Readonly<Record<string, string | null>>;

/** What a panel's points show, from what it has reported and not taken back. */
export class PanelPoints {
  readonly board: PointBoard;
  readonly #settings: Dc09Settings;
  readonly #deps: DeviceDeps;
  /** What the disk has, as far as we know. */
  readonly #written = new Map<string, string>();
  #conditions: Conditions = NO_CONDITIONS;
  #isKnown = false;

  constructor(deviceId: string, settings: Dc09Settings, deps: DeviceDeps) {
    this.#settings = settings;
    this.#deps = deps;
    this.board = new PointBoard(deviceId, describePoints(settings), {
      clock: deps.clock,
      publish: (event) => deps.publish(event),
    });
  }

  /** Whether it is known what was so before a restart: until then no point can be told to be 0. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Monotonic. */
  get nextEndMs(): number {
    return nextEndMs(this.#conditions);
  }

  /** Reads what was so before a restart, as soon as that can be read. @returns whether that happened now. */
  restore(): boolean {
    const { memory } = this.#deps;
    if (this.#isKnown || !memory.isRestored) return false;
    for (const { id } of POINTS) {
      const row = memory.rows.get(rowKey(id));
      if (row !== undefined) this.#written.set(rowKey(id), row);
    }
    const older = restoredConditions((kind) => memory.rows.get(rowKey(kind)), this.#timing());
    this.#conditions = mergedConditions(older, this.#conditions);
    this.#isKnown = true;
    return true;
  }

  /** Says what every point shows. */
  showAll(): void {
    for (const { id } of POINTS) this.#deps.publish(this.#measurement(id, pointValue(this.#conditions, id)));
    for (const { id, zone } of this.#settings.zones) {
      this.#deps.publish(this.#measurement(`zone.${id}`, zoneValue(this.#conditions, zone)));
    }
  }

  /** Takes an event in. @returns what the points that it touches show now, not yet published. */
  apply(event: PanelEvent, meaning: CodeMeaning): readonly Measurement[] {
    const before = this.#conditions;
    this.#conditions = applyEvent(before, event, meaning, this.#timing());
    const kinds = new Set([...(meaning.clears ?? []), ...(meaning.raises === undefined ? [] : [meaning.raises])]);
    const zoneCalls = meaning.raises !== undefined && isAlarm(meaning.raises);
    const zones = this.#settings.zones.filter(
      ({ zone }) => (zoneCalls && zone === event.zone) || zoneValue(before, zone) !== zoneValue(this.#conditions, zone),
    );
    return [
      ...[...kinds].map((kind) => this.#measurement(kind, pointValue(this.#conditions, kind))),
      ...zones.map(({ id, zone }) => this.#measurement(`zone.${id}`, zoneValue(this.#conditions, zone))),
    ];
  }

  /** What is so now, for `revert`. */
  get conditions(): Conditions {
    return this.#conditions;
  }

  /** Goes back from `after` to `before`, where nothing else has happened since. */
  revert(after: Conditions, before: Conditions): void {
    if (this.#conditions === after) this.#conditions = before;
  }

  /** Ends what ends by itself. @returns whether anything did. */
  expire(nowMs: number): boolean {
    const before = this.#conditions;
    this.#conditions = expire(before, nowMs);
    return this.#conditions !== before;
  }

  /** Ends everything that has not been taken back. */
  forgetAll(): void {
    this.#conditions = NO_CONDITIONS;
  }

  /** The rows that the disk does not have yet. */
  rows(): Rows {
    const rows: Record<string, string | null> = {};
    // Before it is known what the disk has, nothing may be written over it.
    if (!this.#isKnown) return rows;
    for (const { id } of POINTS) {
      const row = conditionRow(this.#conditions, id);
      if (row !== (this.#written.get(rowKey(id)) ?? null)) rows[rowKey(id)] = row;
    }
    return rows;
  }

  /** These rows are on the disk now. */
  noteWritten(rows: Rows): void {
    for (const [key, row] of Object.entries(rows)) {
      if (row === null) this.#written.delete(key);
      else this.#written.set(key, row);
    }
  }

  #measurement(pointId: string, value: 0 | 1): Measurement {
    const reading: Reading =
      value === 1 || this.#isKnown
        ? { quality: "good", value }
        : { quality: "bad", reason: "not-yet-read", detail: "what was so before the restart cannot be read yet" };
    return this.board.measurement(pointId, reading);
  }

  #timing(): { readonly nowMs: number; readonly momentaryMs: number } {
    return { nowMs: this.#deps.clock.monotonicMs(), momentaryMs: this.#settings.momentaryMs };
  }
}
