import { useEffect, useMemo, useState } from "react";

import type { PointLatest } from "../../../../api/schemas.ts";
import type { PointHistory } from "../../../../api/schemas.ts";
import type { DeviceRef } from "../../api/endpoints.ts";
import { askHistory } from "../../api/endpoints.ts";
import type { Query } from "../../api/use-query.ts";
import { useQuery } from "../../api/use-query.ts";
import type { Sample, Tail } from "./trace.ts";
import { appendToTail, traceOf } from "./trace.ts";
import type { Stretch } from "./view.ts";

const MAX_BUCKETS = 400;

/** Everything a chart draws, by point id, and how reading it went. */
export interface Traces {
  readonly byPoint: ReadonlyMap<string, readonly Sample[]>;
  readonly query: Query<readonly PointHistory[]>;
}

/**
 * The history of several points of a device, continued by live readings.
 *
 * @param asked  the stretch to read; changes when people zoom, or when a live chart has moved far enough.
 * @param round  reads the same stretch anew when it changes.
 */
export function useTraces(
  device: DeviceRef,
  pointIds: readonly string[],
  asked: { readonly stretch: Stretch; readonly round: number },
  live: ReadonlyMap<string, PointLatest>,
): Traces {
  const { fromMs, toMs } = asked.stretch;
  const key = `${device.gatewayId}/${device.deviceId}/${pointIds.join(",")}`;
  const query = useQuery(
    key,
    (signal) =>
      Promise.all(
        pointIds.map((pointId) => askHistory({ ...device, pointId, fromMs, toMs, maxPoints: MAX_BUCKETS }, signal)),
      ),
    `${asked.round}:${fromMs}-${toMs}`,
  );
  const tails = useTails(key, live);
  const byPoint = useMemo(
    () =>
      new Map(
        pointIds.map((pointId) => [
          pointId,
          traceOf(
            query.last?.find((history) => history.pointId === pointId),
            tails.get(pointId) ?? [],
          ),
        ]),
      ),
    [query.last, tails, key],
  );
  return { byPoint, query };
}

/** Live readings since the chart was opened, bounded, by point. */
function useTails(key: string, live: ReadonlyMap<string, PointLatest>): ReadonlyMap<string, Tail> {
  const [held, setHeld] = useState<{ readonly key: string; readonly tails: ReadonlyMap<string, Tail> }>();
  useEffect(() => {
    setHeld((before) => {
      const known = before?.key === key ? before.tails : new Map<string, Tail>();
      const grown = new Map(known);
      for (const [pointId, point] of live) grown.set(pointId, appendToTail(known.get(pointId) ?? [], point));
      return { key, tails: grown };
    });
  }, [key, live]);
  return held?.key === key ? held.tails : new Map();
}
