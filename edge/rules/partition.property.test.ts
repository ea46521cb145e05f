import { encodeBatch, parseBatch } from "@outpost/wire/batch.ts";
import { command, type Command } from "@outpost/wire/downlink.ts";
import { encodeMessage, parseMessage } from "@outpost/wire/message.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import { notice } from "@outpost/wire/uplink.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { AlarmAnswer } from "./life/alarm-life.ts";
import type { Rule } from "./rule.ts";
import { createEngine, HIGH } from "./testing/engine-on-paper.ts";

const HEX = "0".repeat(32);
const OTHER: Rule = {
  ...HIGH,
  id: "other",
  isLatched: true,
  source: { deviceId: "station", pointId: "other" },
};
const POINTS = ["level", "other"] as const;

/** What may happen to gateway, desk and the line between them. `at` picks among what there is to pick from. */
const happening = fc.record({
  what: fc.constantFrom(
    "raise",
    "clear",
    "desk acknowledges",
    "desk shelves",
    "desk unshelves",
    "site acknowledges",
    "up arrives",
    "up is lost",
    "up comes again",
    "down arrives",
    "down is lost",
    "down comes again",
    "kill",
  ),
  at: fc.nat(1_000),
});
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

/** The desk: the highest version of each occurrence, whatever comes in whatever order; as `fleet/alarms` keeps it. */
class Desk {
  readonly alarms = new Map<string, AlarmRecord>();

  keep(record: AlarmRecord): void {
    const known = this.alarms.get(record.occurrenceId);
    if (known === undefined || known.version < record.version) this.alarms.set(record.occurrenceId, record);
  }
}

/** An order as the desk gave it, and what the gateway answered each time it came. */
interface Given {
  readonly order: Command;
  readonly answers: AlarmAnswer[];
}

/** Gateway and desk with a line on which bytes wait, are lost, and come twice and in any order. */
class World {
  readonly desk = new Desk();
  readonly journal: AlarmRecord[] = [];
  readonly given: Given[] = [];
  readonly #disk = new Map<string, string>();
  readonly #up: Buffer[] = [];
  readonly #down: Given[] = [];
  #gateway = this.#start();
  #written = 0;

  step({ what, at }: Happening): void {
    const point = POINTS[at % POINTS.length] ?? "level";
    if (what === "raise") this.#gateway.read(9, point);
    else if (what === "clear") this.#gateway.read(0, point);
    else if (what === "site acknowledges") this.#acknowledgeAtSite(at);
    else if (what.startsWith("desk")) this.#order(what, at);
    else if (what.startsWith("up")) this.#lineUp(what, at);
    else if (what.startsWith("down")) this.#lineDown(what, at);
    else this.#gateway = this.#restart();
    this.#collect();
  }

  /** The line is back for good: what the journal has goes up in batches, again and again until it is there. */
  heal(): void {
    const rows = this.journal.map((record, index) => ({
      sequence: index + 1,
      recordedAtMs: record.occurredAtMs,
      body: JSON.stringify(record),
    }));
    if (rows.length === 0) return;
    const header = { session: HEX, epoch: HEX, stream: "alarm", isReplay: true } as const;
    for (const row of parseBatch(encodeBatch(header, rows)).rows) {
      if (row.kind !== "record" || row.record.kind !== "alarm")
        throw new Error(`the wire made something else of ${row.body}`);
      this.desk.keep(row.record);
    }
  }

  /** Every occurrence that stands at the gateway, as it stands there. */
  standing(): Map<string, AlarmRecord> {
    const all = this.#gateway.engine.alarms();
    return new Map(all.flatMap(({ last }) => (last === undefined ? [] : [[last.occurrenceId, last] as const])));
  }

  #start() {
    return createEngine({ rules: [HIGH, OTHER], disk: this.#disk, seed: this.journal.length });
  }

  /** What is in memory alone is gone; disk and journal go together, so nothing of either is. */
  #restart(): ReturnType<typeof createEngine> {
    this.#collect();
    const next = this.#start();
    this.#written = 0;
    next.engine.restore(new Map(this.#disk));
    return next;
  }

  #collect(): void {
    const { records } = this.#gateway;
    for (const record of records.slice(this.#written)) {
      this.journal.push(record);
      this.#up.push(encodeMessage({ v: 1, alarm: record }));
    }
    this.#written = records.length;
  }

  #acknowledgeAtSite(at: number): void {
    const views = this.#gateway.engine.alarms();
    const { last } = views[at % Math.max(1, views.length)] ?? {};
    if (last === undefined) return;
    const { occurrenceId, version: expectedVersion } = last;
    this.#gateway.engine.order({ kind: "acknowledge", occurrenceId, expectedVersion }, "button");
  }

  /** The desk orders by what it sees, which may be long past. */
  #order(what: string, at: number): void {
    const seen = [...this.desk.alarms.values()];
    const alarm = seen[at % Math.max(1, seen.length)];
    if (alarm === undefined) return;
    const of = { occurrenceId: alarm.occurrenceId, expectedVersion: alarm.version };
    const order =
      what === "desk acknowledges"
        ? { kind: "acknowledge" as const, ...of }
        : what === "desk shelves"
          ? { kind: "shelve" as const, ...of, forMs: 60_000, reason: "repair" }
          : { kind: "unshelve" as const, ...of };
    const id = this.given.length.toString(16).padStart(32, "0");
    const given = {
      order: { v: 1 as const, id, session: HEX, actor: `desk ${id}`, ttlMs: 10_000, order },
      answers: [],
    };
    this.given.push(given);
    this.#down.push(given);
  }

  #lineUp(what: string, at: number): void {
    const nth = at % Math.max(1, this.#up.length);
    const bytes = this.#up[nth];
    if (bytes === undefined) return;
    if (what !== "up comes again") this.#up.splice(nth, 1);
    if (what !== "up is lost") this.desk.keep(parseMessage(notice, bytes).alarm);
  }

  #lineDown(what: string, at: number): void {
    const nth = at % Math.max(1, this.#down.length);
    const given = this.#down[nth];
    if (given === undefined) return;
    if (what !== "down comes again") this.#down.splice(nth, 1);
    if (what === "down is lost") return;
    const { order, actor } = parseMessage(command, encodeMessage(given.order));
    if (order.kind !== "acknowledge" && order.kind !== "shelve" && order.kind !== "unshelve") return;
    given.answers.push(this.#gateway.engine.order(order, actor));
  }
}

describe("after any partition", () => {
  it("desk and gateway agree, and no order acted on what its giver had not seen, nor twice", () => {
    const seed = Number(process.env["PARTITION_SEED"] ?? Date.now() % 2 ** 31);
    console.log(`partition: seed ${seed} (PARTITION_SEED repeats it)`);
    let doneOrders = 0;
    fc.assert(
      fc.property(fc.array(happening, { minLength: 40, maxLength: 120, size: "max" }), (happenings) => {
        const world = new World();
        for (const one of happenings) world.step(one);
        world.heal();
        for (const [occurrenceId, last] of world.standing()) expect(world.desk.alarms.get(occurrenceId)).toEqual(last);
        const open = [...world.desk.alarms.values()].filter(({ state }) => state !== "normal");
        expect(open.every(({ occurrenceId }) => world.standing().has(occurrenceId))).toBe(true);
        for (const { order, answers } of world.given) {
          const done = answers.filter(({ kind }) => kind === "done").length;
          doneOrders += done;
          const steps = world.journal.filter(({ actor }) => actor === order.actor);
          expect(done).toBeLessThanOrEqual(1);
          // What was done is one step, the next after the version that the desk had seen, on the disk.
          expect(steps).toHaveLength(done);
          const seen = "expectedVersion" in order.order ? order.order.expectedVersion : 0;
          expect(steps.map(({ version }) => version)).toEqual(steps.map(() => seen + 1));
        }
      }),
      { seed, numRuns: 500 },
    );
    // Orders do reach the gateway in time, or nothing was shown.
    expect(doneOrders).toBeGreaterThan(50);
  });
});
