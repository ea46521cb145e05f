import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { deviations } from "../../server/schemas.ts";
import { tolerate } from "../../server/tolerance.ts";
import { OcppSite } from "../../site/ocpp-site.ts";
import type { StationHost } from "../../station/station-host.ts";
import { EMPTY_BOOK201, runningOn, stepBook201 } from "../../transactions/book201.ts";
import { MESSAGES, transactionEvent } from "../testing/examples.ts";
import { answers201 } from "./answers.ts";

/** A charge point that keeps its book in memory and drops everything else. */
function hostOf(): StationHost {
  let book = EMPTY_BOOK201;
  return {
    nowMs: () => 1_800_000_000_000,
    heartbeatEveryMs: 300_000,
    booted: async () => {},
    showStatus: () => {},
    statusOf: () => undefined,
    showSamples: async () => {},
    decide: () => "Accepted",
    enter: () => Promise.reject(new Error("that is of 1.6")),
    async enter201(event) {
      const [next, outcome] = stepBook201(book, event);
      book = next;
      return outcome;
    },
    connectorOf: () => undefined,
    runningStateOf(connectorId) {
      const running = runningOn(book, connectorId);
      return running === undefined ? undefined : { chargingState: running.chargingState };
    },
    takeCertificateRequest: async () => false,
    note: () => {},
  };
}

const EXAMPLES = [
  ...MESSAGES.map(([, action, payload]) => ({ action, payload })),
  ...(["Started", "Updated", "Ended"] as const).map((kind) => ({
    action: "TransactionEvent",
    payload: transactionEvent(kind, 1, { meterWh: 5, idTag: "04A1B2", at: "2026-11-25T08:00:00.000Z" }),
  })),
];

/** A message of which one value somewhere is something else. */
const spoilt = fc
  .tuple(fc.constantFrom(...EXAMPLES), fc.nat(), fc.anything({ withBigInt: false }))
  .map(([{ action, payload }, at, other]) => {
    let place = 0;
    const places = JSON.stringify(payload).split(/[:,]/).length;
    const text = JSON.stringify(payload, (_, value: unknown) => {
      place += 1;
      return place === (at % places) + 1 ? other : value;
    });
    return { action, payload: text === undefined ? {} : JSON.parse(text) };
  });

describe("whatever a 2.0.1 station says", () => {
  it("is answered as its schema has it, and never with an error", async () => {
    const seed = Date.now() % 2 ** 31;
    console.log(`2.0.1 messages: seed ${seed}`);
    const answer = answers201({ host: hostOf(), site: new OcppSite() });
    await fc.assert(
      fc.asyncProperty(spoilt, async ({ action, payload: raw }) => {
        const { payload } = tolerate(raw);
        const said = await answer({ action, payload, tolerated: [] }, new AbortController().signal);
        expect(deviations("ocpp2.0.1", action, "conf", said)).toEqual([]);
      }),
      { seed, numRuns: 10_000 },
    );
  });
});
