import { Button } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import type { DemoSimulator } from "../../../api/schemas.ts";
import type { ApiError } from "../api/errors.ts";
import { asApiError } from "../api/errors.ts";
import { useSpeech } from "../app/desk-context.tsx";
import { useErrorText } from "../parts/states.tsx";
import type { Poke } from "./pokes.ts";
import { POKES } from "./pokes.ts";
import type { DemoHandle } from "./use-demo.ts";

import "./poke-buttons.css";

interface PokeButtonsProps {
  readonly simulator: DemoSimulator;
  readonly pull: DemoHandle["pull"];
}

type Progress =
  | { readonly kind: "idle" }
  | { readonly kind: "pulling"; readonly pokeId: string }
  | { readonly kind: "failed"; readonly error: ApiError };

/** A simulator's levers. What they do shows in its picture; only a failure needs words. */
export function PokeButtons({ simulator, pull }: PokeButtonsProps): ReactNode {
  const { word } = useSpeech();
  const sayError = useErrorText();
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });
  const pullAll = async ({ pulls }: Poke): Promise<void> => {
    for (const [lever, body] of pulls) await pull(simulator.id, lever, body);
  };
  const poke = (one: Poke): void => {
    setProgress({ kind: "pulling", pokeId: one.id });
    pullAll(one).then(
      () => setProgress({ kind: "idle" }),
      (error: unknown) => setProgress({ kind: "failed", error: asApiError(error) }),
    );
  };
  return (
    <div className="pokes">
      {(POKES[simulator.kind] ?? []).map((one) => (
        <Button
          key={one.id}
          size="small"
          data-mood={one.mood}
          disabled={simulator.state === null}
          loading={progress.kind === "pulling" && progress.pokeId === one.id}
          onClick={() => poke(one)}
        >
          {word(`poke.${simulator.kind}`, one.id)}
        </Button>
      ))}
      {progress.kind === "failed" ? <p role="alert">{sayError(progress.error)}</p> : null}
    </div>
  );
}
