import { Button } from "antd";
import type { ReactNode } from "react";
import { useState } from "react";

import { askDemo, pullLever } from "../../api/endpoints.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useQuery } from "../../api/use-query.ts";
import { useSpeech } from "../../app/desk-context.tsx";
import { useErrorText } from "../../parts/states.tsx";

type Weather = "storm" | "calm";
type Progress =
  | { readonly kind: "idle" }
  | { readonly kind: "asking"; readonly weather: Weather }
  | { readonly kind: "asked"; readonly weather: Weather }
  | { readonly kind: "failed"; readonly error: ApiError };

/** Rain for the simulated station. Shown only where the fleet says that a simulator listens. */
export function DemoWeather(): ReactNode {
  const { say } = useSpeech();
  const sayError = useErrorText();
  const [progress, setProgress] = useState<Progress>({ kind: "idle" });
  const demo = useQuery("demo", askDemo);
  if (demo.last?.isAvailable !== true) return null;

  const order = (weather: Weather): void => {
    setProgress({ kind: "asking", weather });
    pullLever("pump-station", weather).then(
      () => setProgress({ kind: "asked", weather }),
      (error: unknown) => setProgress({ kind: "failed", error: asApiError(error) }),
    );
  };
  return (
    <section className="panel demo" aria-label={say("demo.title")}>
      <div className="body">
        <h2>{say("demo.title")}</h2>
        <p className="quiet" role="status">
          {progress.kind === "asked" ? say(`demo.${progress.weather}Started`) : null}
          {progress.kind === "failed" ? sayError(progress.error) : null}
          {progress.kind === "idle" || progress.kind === "asking" ? say("demo.explain") : null}
        </p>
        {(["storm", "calm"] as const).map((weather) => (
          <Button
            key={weather}
            type={weather === "storm" ? "primary" : "default"}
            loading={progress.kind === "asking" && progress.weather === weather}
            disabled={progress.kind === "asking"}
            onClick={() => order(weather)}
          >
            {say(`demo.${weather}`)}
          </Button>
        ))}
      </div>
    </section>
  );
}
