import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";
import { quantity } from "../i18n/format.ts";
import {
  letterOf,
  MAX_SHARES,
  sharesOn,
  SUPPLY_PHASES,
  type Share,
  type SupplyPhaseName,
} from "../kinds/load-sharing.ts";

import "./load-sharing.css";

interface LoadSharingProps {
  readonly shares: readonly Share[];
  /** What the fuse carries on each phase; undefined where that is not known. */
  readonly limitA: Readonly<Record<SupplyPhaseName, number | undefined>>;
  /** What may be flowing on each phase beside what the connectors are known to be granted. */
  readonly heldA?: Readonly<Record<SupplyPhaseName, number>>;
  readonly isOld?: boolean;
}

/**
 * A supply and who draws what of it: a bar for each phase up to its limit, in which every connector has what it may draw
 * as a hatched piece and what it draws as a filled one; and for each connector which phases are behind its own.
 */
export function LoadSharing({ shares, limitA, heldA, isOld = false }: LoadSharingProps): ReactNode {
  const { say } = useSpeech();
  return (
    <div className={isOld ? "sharing is-old" : "sharing"}>
      <ul className="sharing-legend" aria-hidden="true">
        {(["drawn", "granted", "limit"] as const).map((what) => (
          <li key={what}>
            <i data-what={what} />
            {say(`sharing.${what}`)}
          </li>
        ))}
      </ul>
      {SUPPLY_PHASES.map((phase) => (
        <Phase key={phase} phase={phase} shares={shares} limitA={limitA[phase]} heldA={heldA?.[phase] ?? 0} />
      ))}
      <ul className="sharing-connectors">
        {shares.slice(0, MAX_SHARES).map((share, index) => (
          <ConnectorShare key={share.id} share={share} letter={letterOf(index)} />
        ))}
      </ul>
    </div>
  );
}

interface PhaseProps {
  readonly phase: SupplyPhaseName;
  readonly shares: readonly Share[];
  readonly limitA: number | undefined;
  readonly heldA: number;
}

/** Room right of the limit, so that what is beyond it shows. */
const HEADROOM = 1.08;
/** Amperes by which two meters may differ. */
const TOLERANCE_A = 1;

function Phase({ phase, shares, limitA, heldA }: PhaseProps): ReactNode {
  const { say, amount } = useAmperes();
  const pieces = sharesOn(phase, shares);
  const drawnA = sum(pieces.map(({ drawsA }) => drawsA));
  const grantedA = sum(pieces.map(({ grantA, drawsA }) => Math.max(grantA, drawsA)));
  const most = Math.max(1, limitA ?? 0, grantedA + heldA) * HEADROOM;
  const share = (amperes: number): string => `${(amperes / most) * 100}%`;
  const isOver = limitA !== undefined && drawnA > limitA + TOLERANCE_A;
  const figures = say("sharing.figures", { drawn: amount(drawnA), limit: limitA === undefined ? "–" : amount(limitA) });
  return (
    <div className="sharing-phase" data-phase={phase} data-over={isOver}>
      <b>{phase}</b>
      <div className="sharing-bar" role="img" aria-label={`${phase}: ${figures}`}>
        {pieces.map(({ share: { id }, letter, grantA, drawsA }) => {
          const widthA = Math.max(grantA, drawsA);
          if (widthA === 0) return null;
          return (
            <span key={id} className="sharing-piece" style={{ width: share(widthA) }}>
              <i style={{ width: `${(drawsA / widthA) * 100}%` }} />
              <em>{letter}</em>
            </span>
          );
        })}
        {heldA > 0 ? (
          <span
            className="sharing-piece"
            style={{ width: share(heldA) }}
            title={say("sharing.held", { amperes: amount(heldA) })}
          />
        ) : null}
        {limitA === undefined ? null : <u style={{ left: share(limitA) }} />}
      </div>
      <span className="sharing-figures">
        {isOver ? "▲ " : ""}
        {figures}
      </span>
    </div>
  );
}

interface ConnectorShareProps {
  readonly share: Share;
  readonly letter: string;
}

function ConnectorShare({ share, letter }: ConnectorShareProps): ReactNode {
  const { say, amount } = useAmperes();
  const { name, wiring, grantA, drawsA, isAway } = share;
  return (
    <li data-share={share.id} data-away={isAway}>
      <em>{letter}</em>
      <span className="sharing-name">{name}</span>
      <span
        className="sharing-wiring"
        title={wiring.length === 0 ? undefined : say("sharing.wiring.explain", { phases: wiring.join(", ") })}
      >
        {wiring.length === 0 ? "–" : `${say("sharing.wiring")} ${wiring.join("-")}`}
      </span>
      <span className="sharing-draw">
        {say("sharing.drawOfGrant", {
          draw: amount(Math.max(0, ...drawsA)),
          grant: grantA === undefined ? "–" : amount(grantA),
        })}
      </span>
      <span className="sharing-away">{isAway ? say("sharing.away") : null}</span>
    </li>
  );
}

function useAmperes(): Pick<ReturnType<typeof useSpeech>, "say"> & { readonly amount: (amperes: number) => string } {
  const { say, language } = useSpeech();
  return { say, amount: (amperes) => `${quantity(amperes, language, "A")} A` };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, one) => all + one, 0);
}
