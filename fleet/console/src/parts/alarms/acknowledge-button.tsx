import { Button } from "antd";
import type { ReactNode } from "react";

import type { Alarm } from "../../../../api/schemas.ts";
import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";

interface AcknowledgeButtonProps {
  readonly alarm: Alarm;
  readonly size?: "small" | "middle";
}

/** Opens the desk's one acknowledge dialogue, which outlives the row that this button stands in. */
export function AcknowledgeButton({ alarm, size = "small" }: AcknowledgeButtonProps): ReactNode {
  const { say } = useSpeech();
  const { setAcknowledging } = useSurroundings();
  return (
    <Button
      size={size}
      type="primary"
      ghost={size === "small"}
      onClick={(event) => {
        event.stopPropagation();
        setAcknowledging(alarm);
      }}
    >
      {say("alarm.acknowledge")}
    </Button>
  );
}
