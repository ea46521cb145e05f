import type { ReactNode } from "react";
import { useState } from "react";

import type { DeviceRef } from "../../api/endpoints.ts";
import { PointTrend } from "../../chart/point-trend.tsx";
import type { Points } from "../../live/shown.ts";
import { PointTable } from "./point-table.tsx";

interface PointsSectionProps {
  readonly device: DeviceRef;
  readonly points: Points;
  readonly zone: string;
  readonly isOld: boolean;
  /** The point whose trend is shown until another is chosen. */
  readonly firstId?: string | undefined;
  /** Stands beside the trend. */
  readonly beside?: ReactNode;
}

/** All points as a table, and the trend of the chosen one above it. */
export function PointsSection({ device, points, zone, isOld, firstId, beside }: PointsSectionProps): ReactNode {
  const [choice, setChoice] = useState<{ readonly pointId: string | undefined }>();
  const chosenId = choice === undefined ? firstId : choice.pointId;
  const chosen = chosenId === undefined ? undefined : points.get(chosenId);
  return (
    <>
      <div className={beside === undefined ? "points-trend" : "device-columns"}>
        <div className="device-left">
          {chosen === undefined ? null : (
            <PointTrend key={chosen.id} device={device} point={chosen} zone={zone} isFollowed={!isOld} />
          )}
        </div>
        {beside === undefined ? null : <div className="device-right">{beside}</div>}
      </div>
      <PointTable
        points={points}
        zone={zone}
        isOld={isOld}
        chosenId={chosenId}
        onChoose={(pointId) => setChoice({ pointId })}
      />
    </>
  );
}
