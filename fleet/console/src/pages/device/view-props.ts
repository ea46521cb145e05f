import type { Device } from "../../../../api/schemas.ts";
import type { DeviceRef } from "../../api/endpoints.ts";
import type { Points } from "../../live/shown.ts";

/** What the picture of any device is drawn from. */
export interface DeviceViewProps {
  readonly device: DeviceRef;
  /** What the gateway says of it; undefined until it was read, or where the gateway has no such device. */
  readonly about: Device | undefined;
  readonly points: Points;
  /** The site's time zone. */
  readonly zone: string;
  /** What is shown is from before: gateway offline or live connection lost. */
  readonly isOld: boolean;
}
