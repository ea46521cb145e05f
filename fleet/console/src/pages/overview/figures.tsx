import type { ReactNode } from "react";

import type { GatewaySummary } from "../../../../api/schemas.ts";
import { useDesk, useSpeech } from "../../app/desk-context.tsx";

interface FiguresProps {
  readonly gateways: readonly GatewaySummary[];
  readonly openCount: number;
  readonly waitingCount: number;
}

/** Four numbers that are right when nothing needs attention. */
export function Figures({ gateways, openCount, waitingCount }: FiguresProps): ReactNode {
  const { say } = useSpeech();
  const { readings } = useDesk();
  const areGatewaysKnown = gateways.length > 0 || readings.get("gateways")?.kind === "read";
  const areAlarmsKnown = openCount > 0 || readings.get("alarms")?.kind === "read";
  const offline = gateways.filter((gateway) => gateway.state === "offline").length;
  const devices = gateways.reduce((sum, gateway) => sum + gateway.deviceCount, 0);
  const troubled = gateways.reduce((sum, gateway) => sum + gateway.troubledDeviceCount, 0);
  return (
    <dl className="figures">
      <FigureTile
        label={say("overview.gatewaysOnline")}
        value={areGatewaysKnown ? gateways.length - offline : undefined}
        of={gateways.length}
        note={offline === 0 ? say("overview.allFine") : say("overview.offlineCount", { count: offline })}
        isWarning={offline > 0}
      />
      <FigureTile
        label={say("overview.devicesFine")}
        value={areGatewaysKnown ? devices - troubled : undefined}
        of={devices}
        note={troubled === 0 ? say("overview.allFine") : say("overview.troubled", { count: troubled })}
        isWarning={troubled > 0}
      />
      <FigureTile
        label={say("overview.openAlarms")}
        value={areAlarmsKnown ? openCount : undefined}
        isWarning={openCount > 0}
      />
      <FigureTile
        label={say("overview.unacknowledged")}
        value={areAlarmsKnown ? waitingCount : undefined}
        isWarning={waitingCount > 0}
      />
    </dl>
  );
}

interface FigureTileProps {
  readonly label: string;
  /** Undefined while it is not known: a zero would be a claim. */
  readonly value: number | undefined;
  readonly of?: number;
  readonly note?: string;
  readonly isWarning: boolean;
}

function FigureTile({ label, value, of, note, isWarning }: FigureTileProps): ReactNode {
  return (
    <div className="tile" data-warning={isWarning && value !== undefined}>
      <dt>{label}</dt>
      <dd>
        <b>{value ?? "—"}</b>
        {of === undefined || of === 0 || value === undefined ? null : <span className="quiet"> / {of}</span>}
        {note === undefined || value === undefined || of === 0 ? null : <em>{note}</em>}
      </dd>
    </div>
  );
}
