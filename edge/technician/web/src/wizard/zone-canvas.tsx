import type { PointerEvent, ReactNode } from "react";

import type { Place, ZoneView } from "../../../server/document-view.ts";

/** Four digits: a thousandth of the picture is finer than any finger. */
const SHARE_DIGITS = 4;

interface CanvasProps {
  readonly zones: readonly ZoneView[];
  /** Of the zone that is being drawn. */
  readonly corners: readonly Place[];
  readonly onPlace: (place: Place) => void;
}

/** Drawn over the still, in shares of its width and height. */
export function Canvas({ zones, corners, onPlace }: CanvasProps): ReactNode {
  const place = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    onPlace([share((event.clientX - box.left) / box.width), share((event.clientY - box.top) / box.height)]);
  };
  return (
    <svg className="zones" viewBox="0 0 1 1" preserveAspectRatio="none" onPointerDown={place} data-canvas>
      {zones.map(({ id, corners: drawn }) => (
        <polygon key={id} className="zone" points={pointsOf(drawn)} />
      ))}
      {corners.length > 0 && <polygon className="zone drawing" points={pointsOf(corners)} />}
      {corners.map(([x, y]) => (
        <circle key={`${x} ${y}`} className="corner" cx={x} cy={y} r={0.012} />
      ))}
    </svg>
  );
}

function share(value: number): number {
  return Number(Math.min(1, Math.max(0, value)).toFixed(SHARE_DIGITS));
}

function pointsOf(corners: readonly Place[]): string {
  return corners.map(([x, y]) => `${x},${y}`).join(" ");
}
