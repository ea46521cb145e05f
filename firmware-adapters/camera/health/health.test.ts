import { describe, expect, it } from "vitest";

import type { CameraErrorCode } from "../errors.ts";
import { NEW_CAMERA, stepHealth, type Health, type HealthEffect, type HealthInput } from "./health.ts";
import { pauseMs } from "./pace.ts";

const picture = (atMs: number, digest: string, capturedAtMs = atMs): HealthInput => ({
  kind: "picture",
  atMs,
  digest,
  capturedAtMs,
});
const failure = (atMs: number, code: CameraErrorCode): HealthInput => ({ kind: "failure", atMs, code, message: code });

function run(inputs: readonly HealthInput[], frozenAfterChecks = 3) {
  let health: Health = NEW_CAMERA;
  const effects: (readonly HealthEffect[])[] = [];
  for (const input of inputs) {
    const [next, done] = stepHealth(health, input, { frozenAfterChecks });
    health = next;
    effects.push(done);
  }
  return { health, effects, last: effects.at(-1) };
}

const online: HealthEffect = { kind: "online" };

describe("a camera's health", () => {
  it("takes one lost picture for bad luck and two for a lost camera", () => {
    const { effects, health } = run([picture(0, "a"), failure(10, "camera/timeout"), failure(20, "camera/timeout")]);
    expect(effects).toEqual([
      [online],
      [],
      [{ kind: "lost", state: "offline", reason: "timeout", detail: "camera/timeout" }],
    ]);
    expect(health.phase).toBe("lost");
    expect(run([picture(0, "a"), failure(10, "camera/ended"), picture(20, "b")]).last).toEqual([online]);
  });

  it.each<[CameraErrorCode, "offline" | "fault", string]>([
    ["camera/unreachable", "offline", "link-down"],
    ["camera/no-picture", "offline", "not-available"],
    ["camera/credentials-refused", "fault", "device-refused"],
    ["camera/refused", "fault", "device-refused"],
    ["camera/untrusted-certificate", "fault", "device-refused"],
    ["camera/no-ffmpeg", "fault", "not-available"],
    ["camera/jpeg-only", "fault", "not-available"],
    ["camera/bad-settings", "fault", "not-available"],
  ])("takes %s at its word: %s", (code, state, reason) => {
    expect(run([failure(0, code)]).last).toEqual([{ kind: "lost", state, reason, detail: code }]);
  });

  it.each<[CameraErrorCode, "offline" | "fault", string]>([
    ["camera/timeout", "offline", "timeout"],
    ["camera/ended", "offline", "link-down"],
    ["camera/bad-stream", "fault", "bad-frame"],
  ])("believes %s the second time: %s", (code, state, reason) => {
    expect(run([failure(0, code), failure(1, code)]).effects).toEqual([
      [],
      [{ kind: "lost", state, reason, detail: code }],
    ]);
  });

  it("says how long a camera was away, but not of one that was never there", () => {
    const away = [failure(1_000, "camera/unreachable"), failure(2_000, "camera/unreachable"), picture(9_000, "b")];
    expect(run([picture(0, "a"), ...away]).last).toEqual([online, { kind: "restored", was: "lost", forMs: 8_000 }]);
    expect(run(away).last).toEqual([online]);
  });

  it("is frozen after so many checks with the same picture, and restored by another one", () => {
    const { effects } = run([picture(0, "a"), picture(10, "a"), picture(20, "a"), picture(30, "a"), picture(40, "b")]);
    expect(effects).toEqual([
      [online],
      [online],
      [online, { kind: "frozen", forMs: 20, checks: 3 }],
      [online],
      [online, { kind: "restored", was: "frozen", forMs: 40 }],
    ]);
  });

  it("does not take a file that is still the newest for a frozen picture", () => {
    expect(run([picture(0, "a", 0), picture(10, "a", 0), picture(20, "a", 0)]).health.isFrozen).toBe(false);
  });

  it("stays frozen when the camera was away and shows the same as before", () => {
    const frozen = [picture(0, "a"), picture(10, "a"), picture(20, "a")];
    const { health, last } = run([...frozen, failure(30, "camera/unreachable"), picture(40, "a")]);
    expect(health.isFrozen).toBe(true);
    expect(last).toEqual([online, { kind: "restored", was: "lost", forMs: 10 }]);
  });
});

describe("the pace of checks", () => {
  const settings = { checkEveryMs: 30_000 };
  const after = (failures: number, code?: CameraErrorCode): number =>
    pauseMs({ ...NEW_CAMERA, failures }, code, settings);

  it("looks again soon after a failure, and less and less often", () => {
    expect(after(0)).toBe(30_000);
    expect([1, 2, 3, 5, 6, 100].map((failures) => after(failures, "camera/timeout"))).toEqual([
      1_000, 2_000, 4_000, 16_000, 30_000, 30_000,
    ]);
  });

  it("leaves a camera that refused our credentials alone for a minute", () => {
    expect(after(1, "camera/credentials-refused")).toBe(60_000);
  });
});
