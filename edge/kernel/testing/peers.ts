import { spawnSync } from "node:child_process";

/** Something a test needs that a stranger's machine may lack, and how to see whether it is here. */
export interface Peer {
  readonly name: string;
  /** A command that succeeds where the peer is present. */
  readonly probe: readonly [string, ...string[]];
}

export const MOSQUITTO: Peer = { name: "mosquitto", probe: ["mosquitto", "-h"] };
export const SOCAT: Peer = { name: "socat", probe: ["socat", "-V"] };
export const MBPOLL: Peer = { name: "mbpoll", probe: ["mbpoll", "-V"] };
export const CHROMIUM: Peer = { name: "chromium", probe: ["/usr/bin/chromium", "--version"] };
export const PYMODBUS: Peer = { name: "python3-pymodbus", probe: ["/usr/bin/python3", "-c", "import pymodbus"] };
export const LIBMODBUS: Peer = {
  name: "libmodbus5",
  probe: ["/usr/bin/python3", "-c", "import ctypes; ctypes.CDLL('libmodbus.so.5')"],
};
export const FFMPEG: Peer = { name: "ffmpeg", probe: ["ffmpeg", "-version"] };
export const GST_RTSP: Peer = {
  name: "gir1.2-gst-rtsp-server-1.0 with gstreamer1.0-plugins-base, -good and -ugly",
  probe: [
    "/usr/bin/python3",
    "-c",
    "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer; Gst.init(None); assert all(Gst.ElementFactory.find(name) for name in ('x264enc', 'rtph264pay', 'videotestsrc'))",
  ],
};
export const GPIOD: Peer = { name: "gpiod", probe: ["gpiomon", "--version"] };
export const FAKETIME: Peer = { name: "faketime", probe: ["faketime", "--version"] };

/**
 * Says why a test must be skipped, for `describe.skipIf(...)`.
 *
 * @returns undefined where the peer is here; its reason where it is not.
 * @throws Error where it is missing although `OUTPOST_REQUIRE_PEERS=1` says that every peer must be here.
 */
export function missingPeer(peer: Peer): string | undefined {
  const [command, ...args] = peer.probe;
  // Some tools answer their version with a status of their own; what counts is that they can be started.
  const result = spawnSync(command, args, { stdio: "ignore", timeout: 20_000 });
  const isHere = command.endsWith("python3") ? result.status === 0 : result.error === undefined;
  if (isHere) return undefined;
  const reason = `${peer.name} is not installed (a Debian package)`;
  if (process.env["OUTPOST_REQUIRE_PEERS"] === "1") throw new Error(reason);
  return reason;
}
