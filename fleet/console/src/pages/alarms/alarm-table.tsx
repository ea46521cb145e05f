import type { TableColumnsType } from "antd";
import { Table } from "antd";
import type { ReactNode } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { goTo, Link } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { quantity, shortTime } from "../../i18n/format.ts";
import { isUnacknowledged } from "../../live/alarms.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { AcknowledgeButton } from "../../parts/alarms/acknowledge-button.tsx";
import { AlarmState, Marks, Priority } from "../../parts/alarms/alarm-marks.tsx";

interface AlarmTableProps {
  readonly alarms: readonly Alarm[];
}

export function AlarmTable({ alarms }: AlarmTableProps): ReactNode {
  const columns = useColumns();
  return (
    <Table
      size="small"
      rowKey="id"
      columns={columns}
      dataSource={[...alarms]}
      pagination={alarms.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
      rowClassName={(alarm) => (isUnacknowledged(alarm) ? "alarm-row is-new" : "alarm-row")}
      onRow={(alarm) => ({ onClick: () => goTo({ page: "alarms", alarmId: alarm.id }) })}
    />
  );
}

function useColumns(): TableColumnsType<Alarm> {
  const { say, text, language } = useSpeech();
  const { feed } = useDesk();
  const nowMs = useNowMs(30_000);
  return [
    {
      key: "priority",
      title: say("alarm.priority"),
      width: 110,
      render: (_, alarm) => <Priority priority={alarm.priority} isUnacknowledged={isUnacknowledged(alarm)} />,
    },
    {
      key: "raised",
      title: say("alarm.raised"),
      width: 150,
      render: (_, alarm) => shortTime(alarm.raisedAtMs, nowMs, { language, zone: zoneOf(feed, alarm.gatewayId) }),
    },
    {
      key: "message",
      title: say("alarm.message"),
      render: (_, alarm) => (
        // The row answers to a click anywhere; this link is its way for the keyboard.
        <>
          <Link to={{ page: "alarms", alarmId: alarm.id }} className="alarm-message">
            {text(alarm.message)}
          </Link>
          <Marks alarm={alarm} />
        </>
      ),
    },
    {
      key: "where",
      title: say("alarm.where"),
      render: (_, alarm) => {
        const site = gatewayOf(feed, alarm.gatewayId)?.site;
        return (
          <>
            {site === undefined || site === null ? alarm.gatewayId : text(site.name)}{" "}
            <span className="quiet mono">{alarm.deviceId ?? say("alarm.ofGateway")}</span>
          </>
        );
      },
    },
    {
      key: "value",
      title: say("alarm.value"),
      align: "right",
      render: (_, alarm) => (alarm.value === null ? "—" : quantity(alarm.value, language)),
    },
    { key: "state", title: say("alarm.state"), render: (_, alarm) => <AlarmState alarm={alarm} /> },
    {
      key: "act",
      width: 110,
      align: "right",
      render: (_, alarm) => (isUnacknowledged(alarm) ? <AcknowledgeButton alarm={alarm} /> : null),
    },
  ];
}
