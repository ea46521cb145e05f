import type { StationHost } from "../../station/station-host.ts";
import { statusOf } from "./status.ts";

/**
 * An EVSE charges one car, whichever of its plugs it uses: it is our connector of that number, and its first plug tells
 * how it is. Of its others only a fault is worth telling.
 */
export function tellStatus(
  host: StationHost,
  { evseId, connectorId, said }: { readonly evseId: number; readonly connectorId: number; readonly said: string },
): void {
  const standing = { before: host.statusOf(evseId), running: host.runningStateOf(evseId) };
  const meant = statusOf(said, standing);
  if (meant === undefined) return;
  if (connectorId <= 1) host.showStatus(evseId, meant, {});
  else if (meant === "faulted") host.note("connector-fault", { connector: evseId, plug: connectorId, status: meant });
}
