import type { Clock } from "@outpost/kernel/clock.ts";
import { unreachable } from "@outpost/kernel/never.ts";

import type { MethodDescription } from "../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../event.ts";
import { CN } from "./message/commands.ts";
import type { RequestResult } from "./station/requests.ts";
import type { Station } from "./station/station.ts";

type Call = Extract<DeviceCommand, { readonly kind: "call" }>;

const MIN_INTERVAL_S = 30;
const MAX_INTERVAL_S = 3_600;

export const METHODS: readonly MethodDescription[] = [
  { id: "set-time", name: { zh: "校时", en: "Set the clock" }, parameters: [] },
  { id: "read-time", name: { zh: "读取时钟", en: "Read the clock" }, parameters: [] },
  {
    id: "set-report-interval",
    name: { zh: "设置实时数据上报间隔", en: "Set the reporting interval" },
    parameters: [{ id: "seconds", name: { zh: "秒", en: "Seconds" }, type: "number" }],
  },
];

/** Calls a method of a station. */
export async function callMethod(
  { methodId, arguments: given }: Call,
  station: Station,
  clock: Clock,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  switch (methodId) {
    case "set-time":
      if (clock.now().confidence === "doubtful") {
        return { kind: "refused", reason: "clock-not-confident", detail: "our own clock may be wrong" };
      }
      return outcomeOf(await station.setTime(signal), () => "the station says that it has set its clock");
    case "read-time":
      return outcomeOf(await station.ask(CN.time, "", signal), (answers) => {
        const saidMs = station.timeSaid(answers);
        if (saidMs === undefined) return "the station did not say its time";
        return `${new Date(saidMs).toISOString()}, ${Math.round((saidMs - clock.now().wallMs) / 1_000)} s ahead of us`;
      });
    case "set-report-interval": {
      const { seconds } = given;
      if (typeof seconds !== "number" || !Number.isInteger(seconds)) {
        return { kind: "refused", reason: "bad-arguments", detail: "seconds: a whole number" };
      }
      if (seconds < MIN_INTERVAL_S || seconds > MAX_INTERVAL_S) {
        const detail = `seconds: ${MIN_INTERVAL_S} to ${MAX_INTERVAL_S}`;
        return { kind: "refused", reason: "out-of-limits", detail };
      }
      const asked = await station.ask(CN.setRealtimeInterval, `RtdInterval=${seconds}`, signal);
      return outcomeOf(asked, () => "the station says that it has set its interval");
    }
    default:
      return { kind: "refused", reason: "unknown-method", detail: `no method is called ${methodId}` };
  }
}

function outcomeOf(
  result: RequestResult | { readonly kind: "offline" },
  detailOf: (answers: Extract<RequestResult, { readonly kind: "executed" }>["answers"]) => string,
): CommandOutcome {
  switch (result.kind) {
    case "executed":
      return { kind: "done", before: null, after: null, detail: detailOf(result.answers) };
    case "refused":
      return { kind: "refused", reason: "refused-by-device", detail: result.detail };
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
