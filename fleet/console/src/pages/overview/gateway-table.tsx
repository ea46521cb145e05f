import type { TableColumnsType } from "antd";
import { Table } from "antd";
import type { ReactNode } from "react";

import type { GatewaySummary } from "../../../../api/schemas.ts";
import { useDesk, useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { Link } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { ago, dayAndTime } from "../../i18n/format.ts";
import { DEFAULT_ZONE } from "../../live/names.ts";
import { Empty, ReadState } from "../../parts/states.tsx";
import { DeviceRows } from "./device-rows.tsx";

/** A district of a few stations sees all devices at once; a larger one opens the gateway it looks for. */
const OPEN_AT_ONCE = 8;

interface GatewayTableProps {
  readonly gateways: readonly GatewaySummary[];
}

export function GatewayTable({ gateways }: GatewayTableProps): ReactNode {
  const { say } = useSpeech();
  const { desk } = useSurroundings();
  const { readings } = useDesk();
  const columns = useColumns();
  const isSmall = gateways.length <= OPEN_AT_ONCE;
  return (
    <section className="panel" aria-label={say("overview.gateways")}>
      <header>
        <h2>{say("overview.gateways")}</h2>
      </header>
      <ReadState
        reading={readings.get("gateways")}
        isEmpty={gateways.length === 0}
        empty={<Empty title={say("overview.noGateways")} hint={say("overview.noGateways.hint")} />}
        onAgain={desk.readAgain}
      >
        <Table
          size="small"
          rowKey="id"
          columns={columns}
          dataSource={[...gateways]}
          pagination={gateways.length > 50 ? { pageSize: 50, showSizeChanger: false } : false}
          expandable={{
            // Gateways that arrive later are opened too, because the table is made anew.
            defaultExpandAllRows: isSmall,
            expandedRowRender: (gateway) => <DeviceRows gateway={gateway} areValuesShown={isSmall} />,
          }}
          key={isSmall ? gateways.length : "many"}
        />
      </ReadState>
    </section>
  );
}

function useColumns(): TableColumnsType<GatewaySummary> {
  const { say, text, language } = useSpeech();
  const nowMs = useNowMs(5_000);
  return [
    {
      key: "site",
      title: say("gateway.site"),
      render: (_, gateway) => (
        <>
          {gateway.site === null ? <em className="quiet">{say("gateway.unnamed")}</em> : text(gateway.site.name)}
          <div className="quiet mono">{gateway.id}</div>
          <Link to={{ page: "site", gatewayId: gateway.id }}>{say("site.title")}</Link>
        </>
      ),
    },
    {
      key: "state",
      title: say("gateway.state"),
      render: (_, gateway) => (
        <>
          <span className="state-mark" data-state={gateway.state}>
            {say(`onlineState.${gateway.state}`)}
          </span>
          {gateway.clockConfidence === "doubtful" ? <div className="quiet">{say("gateway.clock.doubtful")}</div> : null}
        </>
      ),
    },
    {
      key: "lastSeen",
      title: say("gateway.lastSeen"),
      render: (_, gateway) => (
        <time title={dayAndTime(gateway.lastSeenAtMs, { language, zone: gateway.site?.timeZone ?? DEFAULT_ZONE })}>
          {ago(nowMs - gateway.lastSeenAtMs, language)}
        </time>
      ),
    },
    { key: "alarms", title: say("gateway.alarms"), align: "right", dataIndex: "openAlarmCount" },
    {
      key: "version",
      title: say("gateway.version"),
      render: (_, gateway) => <span className="mono">{gateway.agentVersion ?? "—"}</span>,
    },
  ];
}
