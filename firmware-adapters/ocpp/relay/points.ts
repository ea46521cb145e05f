import type { PointDescription } from "../../adapter.ts";
import type { BoardPoint } from "../../point-board.ts";
import { describePoints } from "../station/points.ts";

/** 1 while the central system upstream cannot be reached, so that the station is turned away; 0 while it is connected. */
export const UPSTREAM_AWAY = "upstreamAway";

/** The points of a charge point, and how it stands with upstream. */
export function describeRelayedPoints(connectorIds: readonly number[]): readonly (PointDescription & BoardPoint)[] {
  const name = { zh: "上级平台断开", en: "Central system upstream is away" };
  return [...describePoints(connectorIds), { id: UPSTREAM_AWAY, unit: "", name }];
}
