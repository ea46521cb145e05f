import { prettifyError } from "zod";

import type { Adapter } from "../adapter.ts";
import { OcppError } from "./errors.ts";
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
    return {
      profile: settings.versions.join(", "),
      points: describePoints(settings.connectors.map(({ id }) => id)),
      methods: METHODS,
      open: async (deps, signal) => {
        signal.throwIfAborted();
        const protocols = { "ocpp1.6": protocol16(deps.log), "ocpp2.0.1": protocol201(deps.log) };
        const newProtocol: NewProtocol = (connection, ...rest) => protocols[connection.version](connection, ...rest);
        return new ChargePoint(deviceId, settings, deps, newProtocol).open();
      },
    };
  },
};
