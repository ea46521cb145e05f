import { prettifyError } from "zod";

import type { Adapter } from "../adapter.ts";
import { OcppError } from "./errors.ts";
import { describeRelayedPoints } from "./relay/points.ts";
import { RelayedChargePoint } from "./relay/relayed-charge-point.ts";
import { ocppSettings } from "./settings.ts";
import { ChargePoint, type NewProtocol } from "./station/charge-point.ts";
import { METHODS } from "./station/methods.ts";
import { describePoints } from "./station/points.ts";
import { protocol16 } from "./v16/protocol16.ts";
import { protocol201 } from "./v201/protocol201.ts";

/** Charge points that speak OCPP. Each calls the gateway, which is their central system. */
export const ocpp: Adapter = {
  kind: "ocpp",
  configure(deviceId, raw) {
    const parsed = ocppSettings.safeParse(raw);
    if (!parsed.success) throw new OcppError("ocpp/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    const { relay } = settings;
    const connectorIds = settings.connectors.map(({ id }) => id);
    return {
      profile: `${settings.versions.join(", ")}${relay === undefined ? "" : ", relayed"}`,
      points: relay === undefined ? describePoints(connectorIds) : describeRelayedPoints(connectorIds),
      methods: METHODS,
      open: async (deps, signal) => {
        signal.throwIfAborted();
        const protocols = { "ocpp1.6": protocol16(deps.log), "ocpp2.0.1": protocol201(deps.log) };
        const newProtocol: NewProtocol = (connection, ...rest) => protocols[connection.version](connection, ...rest);
        if (relay !== undefined) return new RelayedChargePoint(deviceId, { settings, relay, newProtocol }, deps).open();
        return new ChargePoint(deviceId, settings, deps, newProtocol).open();
      },
    };
  },
};
