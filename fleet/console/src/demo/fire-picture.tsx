import type { ReactNode } from "react";

import { useSpeech } from "../app/desk-context.tsx";

import "./fire-picture.css";

interface FirePictureProps {
  readonly isBurning: boolean;
}

/** A fire panel on its wall: the lamp is lit while it reports a fire. */
export function FirePicture({ isBurning }: FirePictureProps): ReactNode {
  const { say } = useSpeech();
  const label = say(isBurning ? "demo.fire.burning" : "demo.fire.calm");
  return (
    <div className="fire-picture" data-burning={isBurning}>
      <svg viewBox="0 0 80 80" width={80} height={80} role="img" aria-label={label}>
        <rect x={12} y={6} width={56} height={68} rx={5} className="fire-case" />
        <circle cx={40} cy={26} r={10} className="fire-lamp" />
        <path d="M22 48h36M22 56h36M22 64h22" className="fire-lines" />
      </svg>
      <p>{label}</p>
    </div>
  );
}
