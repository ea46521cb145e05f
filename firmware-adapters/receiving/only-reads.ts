import type { CommandOutcome, DeviceCommand } from "../event.ts";

/** What a device without writable points says to anything but a call of a method. */
export function refuseWrite(
  command: Exclude<DeviceCommand, { readonly kind: "call" }>,
  pointIds: ReadonlySet<string>,
): CommandOutcome {
  if (command.kind === "operate" || command.kind === "cancel") {
    return { kind: "refused", reason: "no-such-selection", detail: "nothing can be selected at this device" };
  }
  return pointIds.has(command.pointId)
    ? { kind: "refused", reason: "not-writable", detail: `${command.pointId} can only be read` }
    : { kind: "refused", reason: "unknown-point", detail: `no point is called ${command.pointId}` };
}
