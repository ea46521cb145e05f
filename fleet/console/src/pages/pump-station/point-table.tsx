import type { TableColumnsType } from "antd";
import { Table } from "antd";
import type { ReactNode } from "react";

import type { PointLatest } from "../../../../api/schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { shortTime } from "../../i18n/format.ts";
import { shown } from "../../mimic/station.ts";
import { ShownValue } from "../../parts/shown-value.tsx";

interface PointTableProps {
  readonly points: ReadonlyMap<string, PointLatest>;
  readonly zone: string;
  readonly isOld: boolean;
}

/** Everything the device says, with the time and the quality of each value. */
export function PointTable({ points, zone, isOld }: PointTableProps): ReactNode {
  const { say, word, text, language } = useSpeech();
  const nowMs = useNowMs(10_000);
  const columns: TableColumnsType<PointLatest> = [
    {
      key: "point",
      title: say("device.point"),
      render: (_, point) => (
        <>
          {point.name === null ? point.id : text(point.name)} <span className="quiet mono">{point.id}</span>
        </>
      ),
    },
    {
      key: "value",
      title: say("device.value"),
      align: "right",
      width: "16%",
      // The reason for a missing value stands in the column beside it.
      render: (_, point) => (point.value === null ? "—" : <ShownValue shown={shown(points, point.id)} />),
    },
    {
      key: "quality",
      title: say("device.quality"),
      width: "22%",
      render: (_, point) => {
        if (point.value === null) return word("quality", point.badReason ?? "not-yet-read");
        return say(point.clockConfidence === "doubtful" ? "gateway.clock.doubtful" : "device.good");
      },
    },
    {
      key: "time",
      title: say("device.time"),
      width: "18%",
      render: (_, point) =>
        point.occurredAtMs === null ? "—" : shortTime(point.occurredAtMs, nowMs, { language, zone }),
    },
  ];
  return (
    <section className={isOld ? "panel point-table is-old" : "panel point-table"} aria-label={say("device.points")}>
      <header>
        <h2>{say("device.points")}</h2>
      </header>
      <Table
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={[...points.values()]}
        pagination={points.size > 100 ? { pageSize: 100, showSizeChanger: false } : false}
      />
    </section>
  );
}
