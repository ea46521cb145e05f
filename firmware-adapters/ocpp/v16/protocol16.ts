import type { Log } from "@outpost/kernel/log.ts";

import { setProfile } from "../protocol/set-profile.ts";
import { wishesOf } from "../protocol/wishes.ts";
import type { NewProtocol } from "../station/charge-point.ts";
import { answers16 } from "./answers.ts";
import { call16 } from "./commands.ts";
import { fallbackProfile, grantProfile, maximumProfile } from "./profiles.ts";
import { settleIn16 } from "./settle-in.ts";

/** OCPP 1.6 with one charge point, for the life of one connection. */
export function protocol16(log: Log): NewProtocol {
  return (connection, host, wishes) => ({
    onCall: answers16(host),
    settleIn: (signal) => settleIn16(connection, wishesOf(wishes), log, signal),
    async setFallback(connectorId, limitA, stationMaxA, signal) {
      await setProfile(connection, maximumProfile(stationMaxA, host.nowMs()), signal);
      return (await setProfile(connection, fallbackProfile(connectorId, limitA), signal)) === "accepted";
    },
    setLimit: (grant, signal) => setProfile(connection, grantProfile(grant, host.nowMs()), signal),
    call: (methodId, given, signal) => call16({ connection, host }, methodId, given, signal),
  });
}
