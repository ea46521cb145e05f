import type { Clock } from "@outpost/kernel/clock.ts";
import { unreachable } from "@outpost/kernel/never.ts";

import type { MethodDescription } from "../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../event.ts";
import type { Body } from "./message/body.ts";
import { FN } from "./message/functions.ts";
import type { RequestResult } from "./station/requests.ts";
import type { Station } from "./station/station.ts";

type Call = Extract<DeviceCommand, { readonly kind: "call" }>;

export const METHODS: readonly MethodDescription[] = [
  { id: "read-now", name: { zh: "查询实时数据", en: "Ask for the values of now" }, parameters: [] },
  { id: "set-time", name: { zh: "校时", en: "Set the clock" }, parameters: [] },
  { id: "read-time", name: { zh: "读取时钟", en: "Read the clock" }, parameters: [] },
];

/** Calls a method of a station. */
export async function callMethod(
  { methodId }: Call,
  station: Station,
  clock: Clock,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  switch (methodId) {
    case "read-now":
      return outcomeOf(await station.ask(FN.queryNow, signal), () => "the station has said its values");
    case "set-time":
      if (clock.now().confidence === "doubtful") {
        return { kind: "refused", reason: "clock-not-confident", detail: "our own clock may be wrong" };
      }
      return outcomeOf(await station.ask(FN.setTime, signal), () => "the station has answered");
    case "read-time":
      return outcomeOf(await station.ask(FN.queryTime, signal), ({ sentAt }) => {
        const saidMs = station.instantOf(sentAt);
        if (saidMs === undefined) return "the station did not say its time";
        return `${new Date(saidMs).toISOString()}, ${Math.round((saidMs - clock.now().wallMs) / 1_000)} s ahead of us`;
      });
    default:
      return { kind: "refused", reason: "unknown-method", detail: `no method is called ${methodId}` };
  }
}

function outcomeOf(
  result: RequestResult | { readonly kind: "offline" },
  detailOf: (body: Body) => string,
): CommandOutcome {
  switch (result.kind) {
    case "answered":
      return { kind: "done", before: null, after: null, detail: detailOf(result.body) };
    case "unanswered":
      return { kind: "unconfirmed", detail: result.detail, before: null };
    case "busy":
      return { kind: "refused", reason: "busy", detail: "the station is being asked for something else" };
    case "offline":
      return { kind: "refused", reason: "device-offline", detail: "the station is not connected" };
    default:
      return unreachable(result);
  }
}
