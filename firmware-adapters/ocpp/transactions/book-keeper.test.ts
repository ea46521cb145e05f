import { describe, expect, it } from "vitest";

import type { Occurrence } from "../../event.ts";
import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { BookKeeper } from "./book-keeper.ts";
import { rules201 } from "./book201-rules.ts";
import { MAX_CLOSED201, type Event201, type Outcome201 } from "./book201.ts";

const never = new AbortController().signal;

function event(kind: Event201["kind"], seqNo: number, transactionId = "T1"): Event201 {
  return {
    kind,
    transactionId,
    isIdUnique: true,
    seqNo,
    atMs: 1_000 + seqNo,
    connectorId: 1,
    idTag: "04A1B2",
    isAccepted: true,
    meterStartWh: undefined,
    meterStopWh: undefined,
    meterWh: undefined,
    chargingState: undefined,
  };
}

function occurrence({ kind }: Outcome201): Occurrence {
  const time = { occurredAtMs: 0, monotonicMs: 0, clockConfidence: "plausible" } as const;
  return { kind: "occurrence", deviceId: "pile", name: kind, details: {}, ...time };
}

/** Enters a message that has, or has nothing, to say to the rest of the gateway. */
function enter(keeper: ReturnType<typeof keeperOn>, input: Event201, isSilent = false): Promise<Outcome201> {
  const key = `${input.kind} ${input.transactionId} ${input.seqNo}`;
  return keeper.enter({ input, key, events: (outcome) => (isSilent ? [] : [occurrence(outcome)]) }, never);
}
const keeperOn = (deps: FakeDeps) => new BookKeeper(rules201, deps);

describe("the keeper of a book", () => {
  it("finds the book again as it was, whether a message had something to say or not", async () => {
    const deps = fakeDeps();
    const keeper = keeperOn(deps);
    await enter(keeper, event("started", 0));
    await enter(keeper, event("updated", 1), true);
    const later = keeperOn(deps.restarted());
    expect(later.book).toEqual(JSON.parse(JSON.stringify(keeper.book)));
    expect(await enter(later, event("updated", 1))).toMatchObject({ kind: "duplicate" });
    expect(await enter(later, event("updated", 2))).toMatchObject({ kind: "updated", gap: undefined });
  });

  it("keeps nothing that is not on the disk", async () => {
    const deps = fakeDeps();
    const keeper = keeperOn(deps);
    deps.isDiskBroken = true;
    await expect(enter(keeper, event("started", 0))).rejects.toThrow("takes nothing");
    await expect(enter(keeper, event("updated", 0), true)).rejects.toThrow("takes nothing");
    expect(keeper.book.transactions).toEqual([]);
    deps.isDiskBroken = false;
    expect(await enter(keeper, event("started", 0))).toMatchObject({ kind: "started" });
  });

  it("puts what comes again into the record by itself, once", async () => {
    const deps = fakeDeps();
    const keeper = keeperOn(deps);
    for (let time = 0; time < 3; time += 1) await enter(keeper, event("started", 0));
    expect(deps.commits.map(({ key }) => key)).toEqual(["started T1 0", "started T1 0 again"]);
  });

  it("writes a book that was lost anew, although its events are known", async () => {
    const deps = fakeDeps();
    await enter(keeperOn(deps), event("started", 0));
    const later = deps.restarted();
    await later.memory.save({ "transaction201/T1": null });
    await enter(keeperOn(later), event("started", 0));
    expect(later.events).toEqual([]);
    expect(keeperOn(later).book.transactions).toMatchObject([{ id: "T1" }]);
  });

  it("takes one message after the other, and forgets the rows of what it forgets", async () => {
    const deps = fakeDeps();
    const keeper = keeperOn(deps);
    const ids = Array.from({ length: MAX_CLOSED201 + 5 }, (_, n) => `T${n}`);
    await Promise.all(
      ids.flatMap((id) => [enter(keeper, event("started", 0, id)), enter(keeper, event("ended", 1, id))]),
    );
    expect([...deps.memory.rows.keys()]).toHaveLength(MAX_CLOSED201);
    expect(keeper.book.transactions).toHaveLength(MAX_CLOSED201);
  });
});
