import type { PointDescription } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand, RefusalReason } from "../../event.ts";
import type { Gate, GateOutcome } from "../gate/gate.ts";
import type { Doorway } from "./doorway.ts";

export interface Commanded {
  readonly points: readonly PointDescription[];
  readonly doorway: Doorway;
  readonly gate: Gate | undefined;
}

/** Carries a command out: the gate is opened, and nothing else can be asked. Rejects only with the signal's reason. */
export async function executeOn(
  command: DeviceCommand,
  { points, doorway, gate }: Commanded,
  signal: AbortSignal,
): Promise<CommandOutcome> {
  switch (command.kind) {
    case "write": {
      const objection = objectionTo(command, points);
      if (objection !== undefined || gate === undefined)
        return objection ?? refused("not-writable", "there is no gate");
      return outcomeOf(await doorway.openGate(gate, command.priority ?? "command", signal));
    }
    case "select":
      return objectionTo(command, points) ?? refused("bad-arguments", "a gate needs no select: write it");
    case "operate":
    case "cancel":
      return refused("no-such-selection", "nothing can be selected here");
    case "call":
      return refused("unknown-method", `there is no method ${command.methodId}`);
  }
}

function objectionTo(
  { pointId, value }: { readonly pointId: string; readonly value: number },
  points: readonly PointDescription[],
): CommandOutcome | undefined {
  const point = points.find(({ id }) => id === pointId);
  if (point === undefined) return refused("unknown-point", `there is no point ${pointId}`);
  if (point.writable === undefined) return refused("not-writable", `${pointId} is only read`);
  return value === 1 ? undefined : refused("out-of-limits", "a gate is opened with 1 and closes by itself");
}

function outcomeOf(outcome: GateOutcome): CommandOutcome {
  if (outcome.kind === "failed") {
    return outcome.isReached
      ? { kind: "unconfirmed", detail: outcome.detail, before: null }
      : refused("device-offline", outcome.detail);
  }
  if (outcome.isConfirmed) return { kind: "done", before: null, after: 1 };
  return { kind: "unconfirmed", detail: "told to open; this gate does not say whether it did", before: null };
}

function refused(reason: RefusalReason, detail: string): CommandOutcome {
  return { kind: "refused", reason, detail };
}
