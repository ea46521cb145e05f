import { unreachable } from "@outpost/kernel/never.ts";

import type { BadReason } from "../../event.ts";
import type { CameraErrorCode } from "../errors.ts";

/** What the checks of a camera have shown so far. */
export interface Health {
  /** `doubtful`: the last check failed, and the next one decides. */
  readonly phase: "starting" | "online" | "doubtful" | "lost";
  /** When the first of the checks that failed since was; undefined while all is well. */
  readonly failedSinceMs: number | undefined;
  readonly failures: number;
  /** The last picture, and how many checks in a row showed the very same; undefined before the first. */
  readonly picture: { readonly digest: string; readonly capturedAtMs: number } | undefined;
  readonly sameChecks: number;
  readonly sameSinceMs: number;
  readonly isFrozen: boolean;
  readonly wasOnline: boolean;
}

export type HealthInput =
  | { readonly kind: "picture"; readonly atMs: number; readonly digest: string; readonly capturedAtMs: number }
  | { readonly kind: "failure"; readonly atMs: number; readonly code: CameraErrorCode; readonly message: string };

export type HealthEffect =
  | { readonly kind: "online" }
  | {
      readonly kind: "lost";
      readonly state: "offline" | "fault";
      readonly reason: BadReason;
      readonly detail: string;
    }
  | { readonly kind: "frozen"; readonly forMs: number; readonly checks: number }
  | { readonly kind: "restored"; readonly was: "frozen" | "lost"; readonly forMs: number };

export const NEW_CAMERA: Health = {
  phase: "starting",
  failedSinceMs: undefined,
  failures: 0,
  picture: undefined,
  sameChecks: 0,
  sameSinceMs: 0,
  isFrozen: false,
  wasOnline: false,
};

/** One check's result. A single lost picture is no lost camera, unless the camera or its network said so. */
export function stepHealth(
  health: Health,
  input: HealthInput,
  { frozenAfterChecks }: { readonly frozenAfterChecks: number },
): readonly [Health, readonly HealthEffect[]] {
  switch (input.kind) {
    case "failure":
      return stepFailure(health, input);
    case "picture":
      return stepPicture(health, input, frozenAfterChecks);
    default:
      return unreachable(input);
  }
}

function stepFailure(
  health: Health,
  { atMs, code, message }: HealthInput & { readonly kind: "failure" },
): readonly [Health, readonly HealthEffect[]] {
  const failures = health.failures + 1;
  const isSure = failures > 1 || !isPassing(code);
  const failing = { ...health, failures, failedSinceMs: health.failedSinceMs ?? atMs };
  if (!isSure) return [{ ...failing, phase: "doubtful" }, []];
  return [{ ...failing, phase: "lost" }, [{ kind: "lost", ...meaningOf(code), detail: message }]];
}

function stepPicture(
  health: Health,
  { atMs, digest, capturedAtMs }: HealthInput & { readonly kind: "picture" },
  frozenAfterChecks: number,
): readonly [Health, readonly HealthEffect[]] {
  const effects: HealthEffect[] = [{ kind: "online" }];
  if (health.phase === "lost" && health.wasOnline) {
    effects.push({ kind: "restored", was: "lost", forMs: atMs - (health.failedSinceMs ?? atMs) });
  }
  const isSame = health.picture?.digest === digest;
  // A picture that was seen already, as where a camera uploads one now and then, says nothing new about the camera.
  const isNew = health.picture?.capturedAtMs !== capturedAtMs;
  const sameChecks = isSame ? health.sameChecks + (isNew ? 1 : 0) : 1;
  const sameSinceMs = isSame ? health.sameSinceMs : atMs;
  const isFrozen = isSame && sameChecks >= frozenAfterChecks;
  if (isFrozen && !health.isFrozen) {
    effects.push({ kind: "frozen", forMs: atMs - sameSinceMs, checks: sameChecks });
  }
  if (!isFrozen && health.isFrozen) {
    effects.push({ kind: "restored", was: "frozen", forMs: atMs - health.sameSinceMs });
  }
  const picture = { digest, capturedAtMs };
  const well = { phase: "online", failures: 0, failedSinceMs: undefined, wasOnline: true } as const;
  return [{ ...well, picture, sameChecks, sameSinceMs, isFrozen }, effects];
}

/** What may have been bad luck. */
function isPassing(code: CameraErrorCode): boolean {
  return code === "camera/timeout" || code === "camera/ended" || code === "camera/bad-stream";
}

function meaningOf(code: CameraErrorCode): { readonly state: "offline" | "fault"; readonly reason: BadReason } {
  switch (code) {
    case "camera/unreachable":
    case "camera/ended":
      return { state: "offline", reason: "link-down" };
    case "camera/timeout":
      return { state: "offline", reason: "timeout" };
    case "camera/no-picture":
      return { state: "offline", reason: "not-available" };
    case "camera/bad-stream":
      return { state: "fault", reason: "bad-frame" };
    case "camera/credentials-refused":
    case "camera/refused":
    case "camera/untrusted-certificate":
      return { state: "fault", reason: "device-refused" };
    case "camera/no-ffmpeg":
    case "camera/jpeg-only":
    case "camera/bad-settings":
      return { state: "fault", reason: "not-available" };
    default:
      return unreachable(code);
  }
}
