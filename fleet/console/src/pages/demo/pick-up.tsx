import { Button } from "antd";
import type { ReactNode } from "react";

import type { DemoSite } from "../../../../api/schemas.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";

interface PickUpProps {
  readonly gatewayId: string;
  readonly pickUp: NonNullable<DemoSite["pickUpCode"]>;
}

/** A code that somebody was sent for a parcel in the wall, and its use, through the gateway as everything else. */
export function PickUp({ gatewayId, pickUp: { deviceId, door, code } }: PickUpProps): ReactNode {
  const { say } = useSpeech();
  const { setOrdering } = useSurroundings();
  return (
    <p className="pick-up">
      <span>
        {say("demo.code", { door })} <b className="mono">{`${code.slice(0, 4)} ${code.slice(4)}`}</b>
      </span>
      <Button
        size="small"
        onClick={() =>
          setOrdering({
            gatewayId,
            deviceId,
            title: say("locker.redeem.title"),
            explain: say("locker.redeem.explain"),
            act: { kind: "call", methodId: "redeem-code", arguments: { code } },
          })
        }
      >
        {say("demo.redeem")}
      </Button>
    </p>
  );
}
