import { Button, Input } from "antd";
import type { ReactNode } from "react";
import { useId, useState } from "react";

import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";
import { PokePanel } from "../../demo/poke-panel.tsx";
import type { Compartment, Locker } from "../../kinds/locker.ts";
import { DeviceAlarms } from "../../parts/device/device-alarms.tsx";
import type { OrderRequest } from "../../parts/orders/order-request.ts";
import { LockerWall } from "../../pictures/locker-wall.tsx";
import type { DeviceViewProps } from "../device/view-props.ts";

import "./locker.css";

interface LockerViewProps extends DeviceViewProps {
  readonly locker: Locker;
}

const REDEEM = "redeem-code";
const MAX_CODE = 500;

/** A locker wall: every door, opening one, all, or the one a pick-up code names. */
export function LockerView({ device, about, locker, isOld }: LockerViewProps): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  const { compartments, canOpenAll } = locker;
  const count = (isCounted: (one: Compartment) => boolean): number => compartments.filter(isCounted).length;
  const open = ({ number }: Compartment): void =>
    setOrdering({
      ...device,
      title: say("locker.open.title", { number }),
      explain: say("locker.open.explain"),
      act: { kind: "write", pointId: `door${number}.open`, value: 1, isHazardous: false },
    });
  const openAll = (): OrderRequest => ({
    ...device,
    title: say("locker.openAll.title"),
    explain: say("locker.openAll.explain"),
    act: { kind: "write", pointId: "openAll", value: 1, isHazardous: true },
  });
  return (
    <div className="device-columns">
      <div className="device-left">
        <section className="panel locker" aria-label={say("locker.title")}>
          <header>
            <h2>{say("locker.title")}</h2>
            <span className="quiet">
              {say("locker.summary", {
                total: compartments.length,
                occupied: count(({ occupied }) => occupied === "on"),
                open: count(({ state }) => state === "open" || state === "left-open" || state === "forced"),
              })}
            </span>
          </header>
          <div className="body">
            <LockerWall compartments={compartments} isOld={isOld} onDoor={open} />
          </div>
          <footer className="locker-tools">
            <span className="quiet">{say("locker.hint")}</span>
            {canOpenAll ? (
              <Button danger onClick={() => setOrdering(openAll())}>
                {say("locker.openAll")}
              </Button>
            ) : null}
          </footer>
        </section>
      </div>
      <div className="device-right">
        {about?.methods.some(({ id }) => id === REDEEM) === true ? <RedeemForm device={device} /> : null}
        <PokePanel device={device} />
        <DeviceAlarms device={device} />
      </div>
    </div>
  );
}

function RedeemForm({ device }: Pick<LockerViewProps, "device">): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  const [code, setCode] = useState("");
  const id = useId();
  return (
    <section className="panel" aria-label={say("locker.redeem.title")}>
      <header>
        <h2>{say("locker.redeem.title")}</h2>
      </header>
      <form
        className="body redeem"
        onSubmit={(event) => {
          event.preventDefault();
          setOrdering({
            ...device,
            title: say("locker.redeem.title"),
            explain: say("locker.redeem.explain"),
            act: { kind: "call", methodId: REDEEM, arguments: { code: code.trim() } },
          });
          setCode("");
        }}
      >
        <label htmlFor={id} className="quiet">
          {say("locker.code")}
        </label>
        <Input
          id={id}
          className="redeem-code"
          autoComplete="off"
          maxLength={MAX_CODE}
          value={code}
          onChange={(event) => setCode(event.target.value)}
        />
        <Button htmlType="submit" type="primary" disabled={code.trim() === ""}>
          {say("locker.redeem")}
        </Button>
      </form>
    </section>
  );
}
