import { Input } from "antd";
import type { ReactNode } from "react";
import { useId } from "react";

import { useSpeech, useSurroundings } from "../../app/desk-context.tsx";

const MAX_NAME = 120;

interface ActorFieldProps {
  readonly name: string;
  readonly setName: (name: string) => void;
  /** Whether it is what the page is about, and takes the cursor where nobody is named yet. */
  readonly isFirst?: boolean;
}

/** Who acts: asked for once, remembered by this browser. */
export function ActorField({ name, setName, isFirst = true }: ActorFieldProps): ReactNode {
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
        autoFocus={isFirst && actor === ""}
        onChange={(event) => setName(event.target.value)}
      />
    </>
  );
}
