import type { TableColumnsType } from "antd";
import { Button, Input, Table } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import type { PointLatest } from "../../../../api/schemas.ts";
import type { Speech } from "../../app/desk-context.tsx";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { quantity, shortTime } from "../../i18n/format.ts";
import type { Points } from "../../live/shown.ts";
import { shown } from "../../live/shown.ts";
import type { OrderRequest } from "../orders/order-request.ts";
import { ShownValue } from "../shown-value.tsx";
import { matching } from "./search.ts";

import "./point-table.css";

interface PointTableProps {
  readonly points: Points;
  readonly zone: string;
  readonly isOld: boolean;
  /** The point whose trend is shown. */
  readonly chosenId: string | undefined;
  readonly onChoose: (pointId: string | undefined) => void;
}

/** Fewer points than this are found by looking. */
const SEARCHED_FROM = 12;

/** Everything the device says, with the time and the quality of each value; its writable points can be set. */
export function PointTable({ points, zone, isOld, chosenId, onChoose }: PointTableProps): ReactNode {
  const { say } = useSpeech();
  const [search, setSearch] = useState("");
  const found = matching([...points.values()], search);
  const columns = useColumns({ points, zone, chosenId, onChoose });
  return (
    <section className={isOld ? "panel point-table is-old" : "panel point-table"} aria-label={say("device.points")}>
      <header>
        <h2>{say("device.points")}</h2>
        {points.size < SEARCHED_FROM ? null : (
          <Input.Search
            allowClear
            className="point-search"
            aria-label={say("device.search")}
            placeholder={say("device.search")}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </header>
      <Table
        size="small"
        rowKey="id"
        columns={columns}
        dataSource={found}
        locale={{ emptyText: say("device.search.none") }}
        rowClassName={(point) => (point.id === chosenId ? "is-chosen" : "")}
        pagination={found.length > 100 ? { pageSize: 100, showSizeChanger: false } : false}
      />
    </section>
  );
}

function useColumns({
  points,
  zone,
  chosenId,
  onChoose,
}: Omit<PointTableProps, "isOld">): TableColumnsType<PointLatest> {
  const { say, word, text, language } = useSpeech();
  const nowMs = useNowMs(10_000);
  const hasWritable = [...points.values()].some((point) => point.writable !== null);
  return [
    {
      key: "point",
      title: say("device.point"),
      render: (_, point) => (
        <button
          type="button"
          className="point-name"
          aria-pressed={point.id === chosenId}
          title={say("device.showTrend")}
          onClick={() => onChoose(point.id === chosenId ? undefined : point.id)}
        >
          {point.name === null ? point.id : text(point.name)} <span className="quiet mono">{point.id}</span>
        </button>
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
      width: "18%",
      render: (_, point) => {
        if (point.value === null) return word("quality", point.badReason ?? "not-yet-read");
        return say(point.clockConfidence === "doubtful" ? "gateway.clock.doubtful" : "device.good");
      },
    },
    {
      key: "time",
      title: say("device.time"),
      width: "14%",
      render: (_, point) =>
        point.occurredAtMs === null ? "—" : shortTime(point.occurredAtMs, nowMs, { language, zone }),
    },
    ...(hasWritable
      ? [
          {
            key: "set",
            title: say("device.limits"),
            width: "16%",
            render: (_: unknown, point: PointLatest) => <SetButton point={point} />,
          },
        ]
      : []),
  ];
}

interface SetButtonProps {
  readonly point: PointLatest;
}

/** What a point may be set to, and the way to do it; nothing where it is read only. */
function SetButton({ point }: SetButtonProps): ReactNode {
  const speech = useSpeech();
  const { say, language } = speech;
  const { setOrdering } = useSurroundings();
  const request = setRequest(point, speech);
  if (point.writable === null || request === undefined) return null;
  const { min, max } = point.writable;
  const limits = min === max ? quantity(min, language) : `${quantity(min, language)} – ${quantity(max, language)}`;
  return (
    <span className="point-set">
      <span className="quiet">{limits}</span>
      <Button size="small" onClick={() => setOrdering(request)}>
        {say(min === max ? "device.call" : "device.set")}
      </Button>
    </span>
  );
}

/** The order that sets a point, with the value left to the person; undefined where it is read only. */
function setRequest(point: PointLatest, { say, text }: Speech): OrderRequest | undefined {
  const { gatewayId, deviceId, id, name, unit, writable, value } = point;
  if (writable === null) return undefined;
  const shownName = name === null ? id : text(name);
  const { min, max, isHazardous } = writable;
  return {
    gatewayId,
    deviceId,
    title: say("device.set.title", { point: shownName }),
    explain: say("device.set.explain"),
    // A point of one value is a push button.
    act: {
      kind: "write",
      pointId: id,
      value: min === max ? min : { min, max, unit, now: value ?? undefined },
      isHazardous,
    },
  };
}
