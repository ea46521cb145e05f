import type { ReactNode } from "react";

import { useDesk, useSpeech } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";
import { PokePanel } from "../../demo/poke-panel.tsx";
import { shortTime } from "../../i18n/format.ts";
import type { PushedText, Sign } from "../../kinds/sign.ts";
import { pushedText } from "../../kinds/sign.ts";
import type { Shown } from "../../live/shown.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import { ShownValue } from "../../parts/shown-value.tsx";
import { SignBoard } from "../../pictures/sign-board.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";
import { PushForm } from "./push-form.tsx";

import "./sign.css";

interface SignViewProps extends DeviceViewProps {
  readonly sign: Sign;
}

/** A sign: what stands on it as far as anybody knows, and putting something else there. */
export function SignView(props: SignViewProps): ReactNode {
  const { say, language } = useSpeech();
  const { device, sign, isOld, zone } = props;
  const { feed } = useDesk();
  const nowMs = useNowMs(5_000);
  const commands = [...feed.commands.values()]
    .map(({ value }) => value)
    .filter((one) => one.gatewayId === device.gatewayId);
  const pushed = pushedText(commands, device.deviceId, nowMs);
  const lines = useLines(sign, pushed);
  const state = sign.isRight === "on" ? "right" : sign.isRight === "off" ? "wrong" : "unknown";
  return (
    <div className="device-columns">
      <div className="device-left">
        <section className="panel" aria-label={say("sign.title")}>
          <div className="body sign">
            <SignBoard
              lines={lines}
              isEmergency={numberOf(sign.message) > 0 || pushed?.priority === "emergency"}
              isUnknown={state === "unknown"}
              isOld={isOld}
              label={lines.join(" ")}
            />
            <p className="sign-state" data-state={state}>
              {say(`sign.${state}`)}
              {sign.fault === "on" ? ` · ${say("sign.fault")}` : ""}
            </p>
            {pushed === undefined || numberOf(sign.message) > 0 ? null : (
              <p className="quiet">
                {say("sign.pushed", { time: shortTime(pushed.untilMs, nowMs, { language, zone }) })}
              </p>
            )}
            <dl className="sign-facts">
              <Fact label={say("sign.brightness")} shown={sign.brightness} />
              <Fact label={say("sign.temperature")} shown={sign.temperature} />
            </dl>
          </div>
        </section>
      </div>
      <div className="device-right">
        <PushForm {...props} />
        <PokePanel device={device} />
        <DeviceAlarms device={device} />
      </div>
    </div>
  );
}

/** What stands on the sign in the desk's words: its points tell numbers, not texts. */
function useLines(sign: Sign, pushed: PushedText | undefined): readonly string[] {
  const { say } = useSpeech();
  const number = numberOf(sign.message);
  if (sign.isRight === "off") return [];
  if (number > 0) return [say("sign.canned", { number })];
  return pushed === undefined ? [say("sign.normal")] : pushed.text.split("\n");
}

function numberOf(message: Shown): number {
  return message.kind === "good" ? message.value : 0;
}

interface FactProps {
  readonly label: string;
  readonly shown: Shown;
}

function Fact({ label, shown }: FactProps): ReactNode {
  if (shown.kind === "absent") return null;
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <ShownValue shown={shown} />
      </dd>
    </div>
  );
}
