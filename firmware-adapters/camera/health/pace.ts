import type { CameraErrorCode } from "../errors.ts";
import { REFUSED_PAUSE_MS } from "../sources/open-frames.ts";
import type { Health } from "./health.ts";

const FIRST_PAUSE_MS = 1_000;

/**
 * How long to wait before the next check: as the settings say while all is well; sooner while something is wrong, at
 * growing distances, so that a camera that is back is soon online; a minute at least after wrong credentials, because
 * cameras lock the account of whoever keeps trying.
 */
export function pauseMs(
  { failures }: Health,
  code: CameraErrorCode | undefined,
  { checkEveryMs }: { readonly checkEveryMs: number },
): number {
  if (failures === 0) return checkEveryMs;
  if (code === "camera/credentials-refused") return Math.max(checkEveryMs, REFUSED_PAUSE_MS);
  return Math.min(checkEveryMs, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20));
}
