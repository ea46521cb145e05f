import type { Text } from "@outpost/wire/identifiers.ts";
import type { AlarmPriority } from "@outpost/wire/records.ts";

/**
 * The site document as the page edits it. What the page does not know of it travels along untouched. Written out here
 * because the wire's own type leads to every adapter, which a browser must not load.
 */
export interface DocumentView {
  readonly site: { readonly id: string; readonly name: Text; readonly timeZone: string };
  readonly gateway: { readonly id: string };
  readonly links: readonly LinkView[];
  readonly devices: readonly DeviceDraftView[];
  readonly rules: readonly RuleView[];
  readonly actions: readonly ActionView[];
  readonly vision?: VisionView | undefined;
}

/** Who looks at the cameras' pictures, and where in them. */
export interface VisionView {
  readonly cameras: readonly VisionCameraView[];
}

/** Places are shares of the picture's width and height. What the page does not draw travels along. */
export interface VisionCameraView {
  readonly device: string;
  readonly zones: readonly ZoneView[];
  readonly algorithms: readonly { readonly id: string; readonly at: readonly string[] }[];
}

export type Place = readonly [number, number];

export interface ZoneView {
  readonly id: string;
  readonly name: Text;
  readonly corners: readonly Place[];
}

/** `host`, `port`, `path` and the like stand beside. */
export interface LinkView {
  readonly id: string;
  readonly kind: string;
}

/** Its family's own schema judges the settings, at the gateway. */
export interface DeviceDraftView {
  readonly id: string;
  readonly adapter: string;
  readonly name: Text;
  readonly link?: string | undefined;
  readonly settings: unknown;
}

interface RuleBase {
  readonly id: string;
  readonly device: string;
  readonly point: string;
  readonly priority: AlarmPriority;
  readonly message: Text;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly isLatched: boolean;
  readonly actions: readonly string[];
  readonly outOfService?: { readonly by: string; readonly reason: string } | undefined;
}

export type RuleView = RuleBase &
  (
    | {
        readonly kind: "threshold";
        readonly is: "above" | "below";
        readonly limit: number;
        readonly deadband: number;
      }
    | { readonly kind: "equals"; readonly value: number }
    | {
        readonly kind: "rate-of-change";
        readonly is: "rising" | "falling";
        readonly limitPerMinute: number;
        readonly windowMs: number;
      }
    | { readonly kind: "stale"; readonly afterMs: number }
  );

/** `device` and `point` of what it acts on, where it acts on a point. */
export interface ActionView {
  readonly id: string;
  readonly kind: string;
  readonly device?: string | undefined;
  readonly point?: string | undefined;
}
