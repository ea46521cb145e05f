import type { CommandOutcome, DeviceCommand, RefusalReason } from "../event.ts";
import { asIndicator, type Indicator } from "./life/button-life.ts";
import type { Button } from "./life/button.ts";
import { pointsOf } from "./points.ts";
import type { ButtonSettings } from "./settings.ts";

/** How showing the caller something ended. */
export type Shown =
  /** The caller sees it, or will; `detail` says what may be in between. */
  | { readonly kind: "shown"; readonly detail?: string }
  | { readonly kind: "refused"; readonly reason: RefusalReason; readonly detail: string }
  | { readonly kind: "unconfirmed"; readonly detail: string };

/** Shows the caller how the call stands. */
export type Show = (value: Indicator, signal: AbortSignal) => Promise<Shown>;

/** Carries out a command on a button: its test mode and what the caller sees can be written. */
export async function carryOut(
  command: DeviceCommand,
  { settings, button, show }: { readonly settings: ButtonSettings; readonly button: Button; readonly show: Show },
  signal: AbortSignal,
): Promise<CommandOutcome> {
  switch (command.kind) {
    case "call":
      return refused("unknown-method", `a button has no method ${command.methodId}`);
    case "operate":
    case "cancel":
      return refused("no-such-selection", "nothing of a button takes select and operate");
    case "select":
    case "write":
      break;
  }
  const { pointId, value } = command;
  const point = pointsOf(settings).find(({ id }) => id === pointId);
  if (point === undefined) return refused("unknown-point", `a button has no point ${pointId}`);
  if (point.writable === undefined) return refused("not-writable", `${pointId} is what the button says`);
  if (command.kind === "select") return refused("not-writable", `${pointId} takes a plain write`);
  const { min, max } = point.writable;
  if (!Number.isInteger(value) || value < min || value > max) {
    return refused("out-of-limits", `${pointId} is a whole number of ${min} to ${max}, not ${value}`);
  }
  if (pointId === "indicator") return await writeIndicator(asIndicator(value) ?? 0, { button, show }, signal);
  const before = Number(button.state.testUntilMs !== undefined);
  button.note([{ kind: "test", isOn: value === 1 }]);
  return { kind: "done", before, after: value };
}

async function writeIndicator(
  value: Indicator,
  { button, show }: { readonly button: Button; readonly show: Show },
  signal: AbortSignal,
): Promise<CommandOutcome> {
  const before = button.state.indicator;
  const shown = await show(value, signal);
  if (shown.kind === "refused") return shown;
  if (shown.kind === "unconfirmed") return { ...shown, before };
  button.note([{ kind: "indicate", value }]);
  button.saveIndicator();
  return { kind: "done", before, after: value, ...(shown.detail === undefined ? {} : { detail: shown.detail }) };
}

function refused(reason: RefusalReason, detail: string): CommandOutcome {
  return { kind: "refused", reason, detail };
}
