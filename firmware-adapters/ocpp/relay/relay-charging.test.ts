import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { describe, expect, it } from "vitest";

import type { Occurrence } from "../../event.ts";
import { eventually } from "../../testing/fake-deps.ts";
import { startChargePoint } from "../simulator/charge-point.ts";
import { HOST } from "../testing/ocpp-rig.ts";
import { relayRig } from "./testing/relay-rig.ts";

const IS_STOP = /"StopTransaction"|"eventType":"Ended"/;

describe("a whole charge through a relay", () => {
  it.each(["ocpp1.6", "ocpp2.0.1"] as const)(
    "loses nothing to an upstream that goes away meanwhile, in %s",
    async (version) => {
      await using here = await relayRig({ version, hasSite: true });
      const { csms, deps } = here;
      if (version === "ocpp2.0.1") {
        csms.answers.set("Authorize", () => ({ idTokenInfo: { status: "Accepted" } }));
        csms.answers.set("TransactionEvent", () => ({ idTokenInfo: { status: "Accepted" } }));
      }
      const url = `ws://${HOST}:${here.station.port}`;
      const options = {
        url,
        identity: "CP-1",
        version,
        connectors: 2,
        reconnectMs: 200,
        lagMs: 100,
        tickMs: 50,
      } as const;
      await using charger = startChargePoint(options, { clock: systemClock, log: silentLog });
      await eventually("it is let in", () => charger.isAccepted);
      charger.plug(1);
      await charger.swipe(1, "04A1B2C3");
      const isGranted = () => deps.last("connector1.limit")?.reading;
      await eventually("a grant of our own supply", () => isGranted()?.quality === "good");
      await csms.cut();
      await eventually("it is cut off", () => !charger.isConnected);
      charger.unplug(1);
      await eventually("its end is queued", () => charger.queueLength > 0);
      // It knocks, is refused, and keeps what it has.
      const refusals = (): number => Number(/"refusals":(\d+)/.exec(JSON.stringify(charger.state()))?.[1]);
      await eventually("it is refused", () => refusals() >= 2);
      expect(charger.queueLength).toBeGreaterThan(0);
      await csms.mend();
      await eventually("its queue is empty", () => charger.isAccepted && charger.queueLength === 0);
      expect(csms.texts.filter((text) => IS_STOP.test(text))).toHaveLength(1);
      const ended = await eventually("the record", () =>
        deps.events.find(
          (event): event is Occurrence => event.kind === "occurrence" && event.name === "relayed-transaction-ended",
        ),
      );
      expect(ended.details).toMatchObject(
        version === "ocpp1.6" ? { transaction: "70001", connector: 1 } : { connector: 1 },
      );
      expect(JSON.stringify(charger.state())).toContain('"deviations":[]');
    },
  );
});
