import type { ReactNode } from "react";

import { useSpeech } from "../../app/desk-context.tsx";
import type { TextKey } from "../../i18n/catalogue.ts";
import type { Shown } from "../../live/shown.ts";
import type { Pump } from "../../mimic/station.ts";
import { ShownValue } from "../../parts/shown-value.tsx";

interface PumpCardProps {
  readonly pump: Pump;
  readonly isOld: boolean;
}

/** What a mechanic asks about one pump. */
export function PumpCard({ pump, isOld }: PumpCardProps): ReactNode {
  const { say } = useSpeech();
  const figures = (
    [
      ["station.current", pump.current],
      ["station.power", pump.power],
      ["station.startsLastHour", pump.startsLastHour],
      ["station.hours", pump.hours],
      ["station.starts", pump.starts],
    ] satisfies readonly (readonly [TextKey, Shown])[]
  ).filter(([, shown]) => shown.kind !== "absent");
  return (
    <section className={isOld ? "panel pump-card is-old" : "panel pump-card"} data-state={pump.state}>
      <header>
        <h2>{say("station.pump", { number: pump.number })}</h2>
        <span className="pump-state">{say(`station.pump.${pump.state}`)}</span>
      </header>
      <dl>
        {figures.map(([key, shown]) => (
          <div key={key}>
            <dt>{say(key)}</dt>
            <dd>
              <ShownValue shown={shown} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
