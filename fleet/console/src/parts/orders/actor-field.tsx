import { Input } from "antd";
import type { ReactNode } from "react";
import { useId } from "react";

import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";

const MAX_NAME = 120;

interface ActorFieldProps {
  readonly name: string;
  readonly setName: (name: string) => void;
}

/** Who acts: asked for once, remembered by this browser. */
export function ActorField({ name, setName }: ActorFieldProps): ReactNode {
  const { say } = useSpeech();
  const { actor } = useSurroundings();
  const id = useId();
  return (
    <>
      <label htmlFor={id}>{say("alarm.actor")}</label>
      <Input
        id={id}
        value={name}
        maxLength={MAX_NAME}
        placeholder={say("alarm.actor.missing")}
        autoFocus={actor === ""}
        onChange={(event) => setName(event.target.value)}
      />
    </>
  );
}
