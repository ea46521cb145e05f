import type { Log } from "@outpost/kernel/log.ts";

import { setProfile } from "../protocol/set-profile.ts";
import { wishesOf } from "../protocol/wishes.ts";
import type { NewProtocol } from "../station/charge-point.ts";
import { answers201 } from "./incoming/answers.ts";
import { call201, type NextRequestId } from "./outgoing/commands.ts";
import { fallbackProfile, grantProfile, maximumProfile } from "./outgoing/profiles.ts";
import { settleIn201 } from "./outgoing/settle-in.ts";

/** OCPP 2.0.1 with one charging station, for the life of one connection. */
export function protocol201(log: Log): NewProtocol {
  return (connection, host, wishes) => {
    const nextRequestId = requestIds(host.nowMs());
    return {
      onCall: answers201({ host, site: wishes.site }),
      settleIn: (signal) => settleIn201(connection, wishesOf(wishes), log, signal),
      async setFallback(connectorId, limitA, stationMaxA, signal) {
        await setProfile(connection, maximumProfile(stationMaxA, host.nowMs()), signal);
        return (await setProfile(connection, fallbackProfile(connectorId, limitA), signal)) === "accepted";
      },
      setLimit: (grant, signal) => setProfile(connection, grantProfile(grant, host.nowMs()), signal),
      call: (methodId, given, signal) =>
        call201(connection, { methodId, given, note: (...said) => host.note(...said) }, nextRequestId, signal),
    };
  };
}

/** Rising numbers that a connection before this one has not given, unless it gave one a second for its whole life. */
function requestIds(nowMs: number): NextRequestId {
  let last = Math.floor(nowMs / 1_000) % 2 ** 30;
  return () => {
    last += 1;
    return last;
  };
}
