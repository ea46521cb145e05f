import type { CommandOutcome, DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import type { SendOutcome } from "../sending/send-plan.ts";

const TIMEOUT_MS = 15_000;

interface DeviceChannel {
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
}

/** Writes a point once. One that takes select and operate is selected and operated; its interlocks hold all the same. */
export async function writeOnce(
  deps: DeviceChannel,
  action: Extract<SendingAction, { kind: "write-point" }>,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { device, point: pointId, value } = action;
  const actor = `action ${action.id}`;
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const written = await deps.execute(device, { kind: "write", pointId, value, actor, priority: "alarm" }, bounded);
  if (written.kind !== "refused" || written.reason !== "needs-select") return outcomeOf(written);
  const selected = await deps.execute(device, { kind: "select", pointId, value, actor }, bounded);
  if (selected.kind !== "selected") return outcomeOf(selected);
  const { selectionId } = selected;
  return outcomeOf(await deps.execute(device, { kind: "operate", selectionId, actor }, bounded));
}

/** Shows a text on a sign, before whatever it shows otherwise, or takes it off again. */
export async function showOnSign(
  deps: DeviceChannel,
  action: Extract<SendingAction, { kind: "show-text" }>,
  says: "calls" | "ends",
  signal: AbortSignal,
): Promise<SendOutcome> {
  const { device, text, forMs } = action;
  const call =
    says === "ends"
      ? { methodId: "clear", arguments: { priority: "emergency" } }
      : { methodId: "show", arguments: { text: text.zh, textEn: text.en, forMs, priority: "emergency" } };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  return outcomeOf(await deps.execute(device, { kind: "call", ...call, actor: `action ${action.id}` }, bounded));
}

function outcomeOf(outcome: CommandOutcome): SendOutcome {
  switch (outcome.kind) {
    case "done":
      return { kind: "sent" };
    case "unconfirmed":
      return { kind: "uncertain", reason: outcome.detail };
    case "refused": {
      // What the device will not understand the next time either.
      const isFinal = ["unknown-point", "unknown-method", "bad-arguments", "not-writable", "out-of-limits"];
      const reason = `${outcome.reason}: ${outcome.detail}`;
      return { kind: "failed", reason, isFinal: isFinal.includes(outcome.reason) };
    }
    case "selected":
    case "cancelled":
      return { kind: "failed", reason: `the device answered "${outcome.kind}"` };
  }
}
