import { describe, expect, it } from "vitest";

import { cameraSettings } from "./settings.ts";

const snapshot = { kind: "snapshot", url: "http://camera/snapshot.jpg" };
const rtsp = { kind: "rtsp", url: "rtsp://camera:554/stream" };

function issue(settings: object): string | undefined {
  const { error } = cameraSettings.safeParse(settings);
  return error?.issues[0]?.path.join(".");
}

function withPassword(source: object, password: string): object {
  return { source, username: "admin", password };
}

describe("a camera's settings", () => {
  it("fill in what is not said", () => {
    expect(cameraSettings.parse({ source: rtsp })).toEqual({
      source: { ...rtsp, transport: "tcp" },
      isCertificateChecked: true,
      timeoutMs: 15_000,
      checkEveryMs: 30_000,
      staleAfterMs: 20_000,
      watch: "checks",
      frozenAfterChecks: 3,
      isBrightnessMeasured: true,
      darkBelowPercent: 6,
    });
  });

  it.each([
    ["an unknown field", { source: rtsp, user: "x" }, ""],
    ["an unknown kind", { source: { kind: "webrtc", url: "http://camera/" } }, "source.kind"],
    ["another protocol", { source: { ...rtsp, url: "file:///etc/passwd" } }, "source.url"],
    ["no host", { source: { ...rtsp, url: "rtsp:///stream" } }, "source.url"],
    ["no URL", { source: { ...snapshot, url: "camera" } }, "source.url"],
    ["a long URL", { source: { ...snapshot, url: `http://camera/${"a".repeat(1_024)}` } }, "source.url"],
    ["credentials in the URL", { source: { ...snapshot, url: "http://a:b@camera/" } }, "source.url"],
    ["a relative folder", { source: { kind: "folder", path: "pictures" } }, "source.path"],
    ["a host that is an address with more", { source: { kind: "onvif", host: "camera/path" } }, "source.host"],
    ["a password without a user", { source: snapshot, password: "x" }, "username"],
    ["a user name with a colon", { source: snapshot, username: "a:b" }, "username"],
    ["a line break in a password", { source: snapshot, username: "a", password: "a\nb" }, "password"],
    ["rtsps as if certificates were checked", { source: { ...rtsp, url: "rtsps://camera/" } }, "isCertificateChecked"],
    ["too little time", { source: snapshot, timeoutMs: 499 }, "timeoutMs"],
    ["too many checks", { source: snapshot, checkEveryMs: 499 }, "checkEveryMs"],
  ])("refuse %s, and name the place", (_, settings, path) => {
    expect(issue(settings)).toBe(path);
  });

  it("refuse credentials that FFmpeg would cut off in silence, for RTSP only", () => {
    expect(issue(withPassword(rtsp, "a".repeat(121)))).toBeUndefined();
    expect(issue(withPassword(rtsp, "a".repeat(122)))).toBe("password");
    // Three bytes of UTF-8 are nine characters in a URL.
    expect(issue(withPassword(rtsp, "密".repeat(14)))).toBe("password");
    expect(issue(withPassword(snapshot, "密".repeat(14)))).toBeUndefined();
    expect(issue(withPassword({ kind: "onvif", host: "camera" }, "a".repeat(122)))).toBe("password");
  });
});
