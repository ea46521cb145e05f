import { Alert, Button, Table, type TableColumnsType } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import type { SiteHistory } from "../../../../api/desired-schemas.ts";
import { asApiError, type ApiError } from "../../api/errors.ts";
import { askSiteText } from "../../api/site-endpoints.ts";
import { useSpeech } from "../../app/desk-context.tsx";
import { dayAndTime } from "../../i18n/format.ts";
import { Empty, Loading, useErrorText } from "../../parts/states.tsx";

interface SiteHistoryProps {
  readonly gatewayId: string;
  readonly history: SiteHistory | undefined;
  readonly zone: string;
  readonly onOpen: (text: string) => void;
}

interface Row {
  readonly key: string;
  readonly atMs: number;
  readonly which: string;
  readonly who: string;
  readonly why: string;
  readonly digest: string;
  readonly hasText: boolean;
}

/** Everything that was ever wanted by the desk or changed on site, the newest first. */
export function SiteHistoryTable({ gatewayId, history, zone, onOpen }: SiteHistoryProps): ReactNode {
  const { say, language } = useSpeech();
  const errorText = useErrorText();
  const [error, setError] = useState<ApiError>();
  const open = (digest: string) => () => {
    setError(undefined);
    askSiteText(gatewayId, digest, AbortSignal.timeout(30_000)).then(
      ({ text }) => onOpen(text),
      (thrown: unknown) => setError(asApiError(thrown)),
    );
  };
  const columns: TableColumnsType<Row> = [
    { key: "which", title: say("site.history.which"), dataIndex: "which" },
    { key: "who", title: say("site.history.who"), dataIndex: "who" },
    {
      key: "when",
      title: say("site.history.when"),
      render: (_, { atMs }) => dayAndTime(atMs, { language, zone }),
    },
    { key: "why", title: say("site.history.why"), dataIndex: "why" },
    {
      key: "open",
      align: "right",
      render: (_, { digest, hasText }) =>
        hasText ? (
          <Button size="small" onClick={open(digest)}>
            {say("site.history.open")}
          </Button>
        ) : (
          <span className="quiet">{say("site.history.noText")}</span>
        ),
    },
  ];
  const rows = useRows(history);
  return (
    <section className="panel" aria-label={say("site.history")}>
      <header>
        <h2>{say("site.history")}</h2>
      </header>
      {error === undefined ? null : <Alert type="error" title={errorText(error)} />}
      {history === undefined ? (
        <Loading />
      ) : rows.length === 0 ? (
        <Empty title={say("site.history.none")} />
      ) : (
        <Table size="small" columns={columns} dataSource={rows} pagination={false} scroll={{ x: true }} />
      )}
    </section>
  );
}

function useRows(history: SiteHistory | undefined): Row[] {
  const { say } = useSpeech();
  const revisions = (history?.revisions ?? []).map(
    ({ revision, author, note, createdAtMs, digest, approval }): Row => ({
      key: `desk ${revision}`,
      atMs: createdAtMs,
      which: say("site.revision", { revision }),
      who: approval === null ? author : `${author} + ${approval.by}`,
      why: note ?? "",
      digest,
      hasText: true,
    }),
  );
  const locals = (history?.locals ?? []).map(({ store, number, by, why, atMs, digest, hasText }): Row => ({
    key: `${store} ${number} ${digest}`,
    atMs,
    which: say("site.history.local", { number }),
    who: by,
    why,
    digest,
    hasText,
  }));
  return [...revisions, ...locals].toSorted((a, b) => b.atMs - a.atMs);
}
