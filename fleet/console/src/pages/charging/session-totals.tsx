import type { ReactNode } from "react";

import type { ChargingTotals } from "../../../../api/charging-schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";
import { kilowattHours } from "./figures.ts";
import { daysBetween } from "./span.ts";

interface SessionTotalsProps {
  /** Undefined while they are not known: a zero would be a claim. */
  readonly totals: ChargingTotals | undefined;
  /** The days in sight, as `2026-11-25`. */
  readonly firstDay: string;
  readonly lastDay: string;
}

/** How many sessions, how much energy, whether anything is lost or doubled, and each day as a bar. */
export function SessionTotals({ totals, firstDay, lastDay }: SessionTotalsProps): ReactNode {
  const { say, language } = useSpeech();
  const { charging, refused, unended, unmatched } = totals?.byStatus ?? NONE;
  const odd = unended + unmatched;
  return (
    <div className="session-totals">
      <dl>
        <Tile
          label={say("charging.total.sessions")}
          value={totals === undefined ? undefined : String(totals.sessionCount)}
          note={refused === 0 ? "" : say("charging.total.refused", { count: refused })}
        />
        <Tile
          label={`${say("charging.total.energy")} (kWh)`}
          value={totals === undefined ? undefined : kilowattHours(totals.energyWh, language)}
          note=""
        />
        <Tile label={say("charging.total.now")} value={totals === undefined ? undefined : String(charging)} note="" />
        <Tile
          label={say("charging.total.odd")}
          value={totals === undefined ? undefined : String(odd)}
          note={odd === 0 ? "" : say("charging.total.odd.hint", { unended, unmatched })}
          isWarning={odd > 0}
        />
        <div className="session-tile" data-warning={false}>
          <dt>{say("charging.total.complete")}</dt>
          <dd>
            <em>{totals === undefined ? "—" : wholeness(say, totals)}</em>
            <em>{totals === undefined ? "" : singleness(say, totals)}</em>
          </dd>
        </div>
      </dl>
      <Days totals={totals} days={daysBetween(firstDay, lastDay)} />
    </div>
  );
}

const NONE: ChargingTotals["byStatus"] = { charging: 0, ended: 0, refused: 0, unended: 0, unmatched: 0 };

type Say = ReturnType<typeof useSpeech>["say"];

function wholeness(say: Say, { gapCount }: ChargingTotals): string {
  return gapCount === 0 ? say("charging.total.whole") : say("charging.total.gaps", { count: gapCount });
}

function singleness(say: Say, { duplicateCount }: ChargingTotals): string {
  return duplicateCount === 0
    ? say("charging.total.single")
    : say("charging.total.duplicates", { count: duplicateCount });
}

interface TileProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly note: string;
  readonly isWarning?: boolean;
}

function Tile({ label, value, note, isWarning = false }: TileProps): ReactNode {
  return (
    <div className="session-tile" data-warning={isWarning}>
      <dt>{label}</dt>
      <dd>
        <b>{value ?? "—"}</b>
        <em>{note}</em>
      </dd>
    </div>
  );
}

interface DaysProps {
  readonly totals: ChargingTotals | undefined;
  readonly days: readonly string[];
}

const MAX_BARS = 93;

function Days({ totals, days }: DaysProps): ReactNode {
  const { say, language } = useSpeech();
  if (days.length < 2) return null;
  const byDay = new Map(totals?.byDay.map((one) => [one.day, one]));
  const most = Math.max(1, ...[...byDay.values()].map(({ energyWh }) => energyWh));
  return (
    <figure className="panel session-days">
      <figcaption>
        {say("charging.perDay")}
        {byDay.size === 0 ? null : (
          <span className="quiet">{say("charging.perDay.most", { energy: kilowattHours(most, language) })}</span>
        )}
      </figcaption>
      <ul>
        {days.slice(-MAX_BARS).map((day) => {
          const one = byDay.get(day);
          const energyWh = one?.energyWh ?? 0;
          const energy = kilowattHours(energyWh, language);
          const label = say("charging.perDay.bar", { day, energy, count: one?.sessionCount ?? 0 });
          return (
            <li key={day} title={label}>
              <i style={{ height: `${(energyWh / most) * 100}%` }} />
              <span className="session-day-words">{label}</span>
            </li>
          );
        })}
      </ul>
      <p className="quiet">
        <span>{days.slice(-MAX_BARS)[0]}</span>
        <span>{days.at(-1)}</span>
      </p>
    </figure>
  );
}
