import type { PointDescription } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand } from "../../event.ts";
import { refuseWrite } from "../../receiving/only-reads.ts";
import { refusalOfArguments } from "./methods.ts";
import type { StationProtocol } from "./station-host.ts";

/** Has a charge point do what somebody at the gateway wants. Its points are read only. @param protocol  while it is there. */
export async function execute(
  command: DeviceCommand,
  {
    points,
    protocol,
  }: { readonly points: readonly PointDescription[]; readonly protocol: StationProtocol | undefined },
  signal: AbortSignal,
): Promise<CommandOutcome> {
  if (command.kind !== "call") return refuseWrite(command, new Set(points.map(({ id }) => id)));
  const { methodId, arguments: given } = command;
  const objection = refusalOfArguments(methodId, given);
  if (objection !== undefined) return objection;
  if (protocol === undefined) {
    return { kind: "refused", reason: "device-offline", detail: "the charge point is not connected" };
  }
  return await protocol.call(methodId, given, signal);
}
