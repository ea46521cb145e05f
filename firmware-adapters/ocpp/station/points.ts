import type { PointDescription } from "../../adapter.ts";
import type { BoardPoint } from "../../point-board.ts";
import type { ConnectorStatus } from "../words.ts";

/** The status point's values, in the order of OCPP 1.6 section 7.7. */
export const STATUS_CODES: readonly ConnectorStatus[] = [
  "available",
  "preparing",
  "charging",
  "suspended-ev",
  "suspended-evse",
  "finishing",
  "reserved",
  "unavailable",
  "faulted",
];

interface PointOfConnector {
  readonly name: string;
  readonly unit: string;
  readonly deadband: number;
  readonly zh: string;
  readonly en: string;
}

const POINTS: readonly PointOfConnector[] = [
  { name: "status", unit: "", deadband: 0, zh: "状态", en: "status" },
  { name: "fault", unit: "", deadband: 0, zh: "故障", en: "fault" },
  { name: "charging", unit: "", deadband: 0, zh: "充电中", en: "charging" },
  { name: "energy", unit: "kWh", deadband: 0.05, zh: "电能", en: "energy" },
  { name: "power", unit: "kW", deadband: 0.1, zh: "功率", en: "power" },
  { name: "current.l1", unit: "A", deadband: 0.5, zh: "L1 电流", en: "current L1" },
  { name: "current.l2", unit: "A", deadband: 0.5, zh: "L2 电流", en: "current L2" },
  { name: "current.l3", unit: "A", deadband: 0.5, zh: "L3 电流", en: "current L3" },
  { name: "soc", unit: "%", deadband: 1, zh: "电池电量", en: "state of charge" },
  { name: "limit", unit: "A", deadband: 0, zh: "限流", en: "limit" },
  { name: "wiring", unit: "", deadband: 0, zh: "接线相序", en: "phase wiring" },
];

/** A point's id, for instance `connector1.power`. */
export function pointOf(connectorId: number, name: string): string {
  return `connector${connectorId}.${name}`;
}

/** What the rest of the gateway may know of a charge point's connectors. */
export function describePoints(connectorIds: readonly number[]): readonly (PointDescription & BoardPoint)[] {
  const ofConnectors = connectorIds.flatMap((id) =>
    POINTS.map(({ name, unit, deadband, zh, en }) => ({
      id: pointOf(id, name),
      unit,
      deadband,
      name: { zh: `${id} 号枪${zh}`, en: `Connector ${id} ${en}` },
    })),
  );
  const tolerated = { id: "tolerated", unit: "", name: { zh: "容忍的偏差", en: "Tolerated deviations" } };
  return [...ofConnectors, tolerated];
}
