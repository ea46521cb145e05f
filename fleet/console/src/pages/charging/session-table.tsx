import type { TableColumnsType } from "antd";
import { Table } from "antd";
import type { ReactNode } from "react";

import type { ChargingTransaction } from "../../../../api/charging-schemas.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { goTo, Link } from "../../app/router.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { shortTime } from "../../i18n/format.ts";
import { deviceKey } from "../../live/feed.ts";
import { gatewayOf, zoneOf } from "../../live/names.ts";
import { durationOf, hoursAndMinutes, kilowattHours } from "./figures.ts";
import { Notes, StatusMark } from "./session-marks.tsx";

interface SessionTableProps {
  readonly sessions: readonly ChargingTransaction[];
  /** They are of several sites, so that each says of which. */
  readonly hasSites: boolean;
}

export function SessionTable({ sessions, hasSites }: SessionTableProps): ReactNode {
  return (
    <Table
      size="small"
      rowKey={({ gatewayId, deviceId, transaction }) => `${gatewayId}/${deviceId}/${transaction}`}
      columns={useColumns(hasSites)}
      dataSource={[...sessions]}
      pagination={false}
      scroll={{ x: "max-content" }}
      rowClassName={({ status }) => `session-row is-${status}`}
      onRow={(session) => ({ onClick: () => goTo({ page: "charging", which: session }) })}
    />
  );
}

function useColumns(hasSites: boolean): TableColumnsType<ChargingTransaction> {
  const { say, language } = useSpeech();
  const { feed } = useDesk();
  const nowMs = useNowMs(30_000);
  return [
    {
      key: "status",
      title: say("charging.status"),
      render: (_, { status }) => <StatusMark status={status} />,
    },
    {
      key: "began",
      title: say("charging.began"),
      render: (_, { beganAtMs, gatewayId }) => shortTime(beganAtMs, nowMs, { language, zone: zoneOf(feed, gatewayId) }),
    },
    {
      key: "where",
      title: say("charging.where"),
      render: (_, session) => <Where session={session} hasSite={hasSites} />,
    },
    {
      key: "transaction",
      title: say("charging.transaction"),
      render: (_, session) => (
        // The row answers to a click anywhere; this link is its way for the keyboard.
        <Link
          to={{ page: "charging", which: session }}
          className="mono session-id"
          label={say("charging.open", { transaction: session.transaction })}
        >
          {session.transaction}
        </Link>
      ),
    },
    {
      key: "idTag",
      title: say("charging.idTag"),
      render: (_, { idTag }) => <span className="mono">{idTag ?? "—"}</span>,
    },
    {
      key: "energy",
      title: `${say("charging.energy")} (kWh)`,
      align: "right",
      render: (_, { energyWh }) => (energyWh === null ? "—" : <b>{kilowattHours(energyWh, language)}</b>),
    },
    {
      key: "duration",
      title: say("charging.duration"),
      align: "right",
      render: (_, session) => {
        const ms = durationOf(session, nowMs);
        return ms === undefined ? "—" : hoursAndMinutes(ms);
      },
    },
    { key: "reason", title: say("charging.reason"), render: (_, { reason }) => reason ?? "—" },
    { key: "notes", title: say("charging.notes"), render: (_, session) => <Notes session={session} /> },
  ];
}

interface WhereProps {
  readonly session: ChargingTransaction;
  readonly hasSite: boolean;
}

/** Site, charge point and connector, by their names where they are known. */
export function Where({ session: { gatewayId, deviceId, connector }, hasSite }: WhereProps): ReactNode {
  const { say, text } = useSpeech();
  const { feed } = useDesk();
  const site = gatewayOf(feed, gatewayId)?.site ?? null;
  const device = feed.devices.get(deviceKey(gatewayId, deviceId))?.value;
  return (
    <>
      {device === undefined ? deviceId : text(device.name)}
      {connector === null ? "" : ` · ${say("charging.connector", { number: connector })}`}
      {hasSite ? <span className="quiet"> {site === null ? gatewayId : text(site.name)}</span> : null}
    </>
  );
}
