import { z } from "zod";

import { defineFamily } from "../family.ts";

/** FFmpeg 5 keeps "user:password" of an RTSP address, percent-encoded, in 128 bytes and cuts off the rest in silence. */
const MAX_RTSP_CREDENTIAL_CHARS = 127;

function address(...protocols: readonly string[]) {
  return z
    .string()
    .max(1_024)
    .superRefine((text, context) => {
      const issue = addressIssue(text, protocols);
      if (issue !== undefined) context.addIssue({ code: "custom", message: issue });
    });
}

function addressIssue(text: string, protocols: readonly string[]): string | undefined {
  if (!URL.canParse(text)) return "not a URL";
  const { protocol, hostname, username, password } = new URL(text);
  if (!protocols.includes(protocol)) return `must begin with ${protocols.map((one) => `${one}//`).join(" or ")}`;
  if (hostname === "") return "names no host";
  if (username !== "" || password !== "") return "credentials stand in `username` and `password`, not in the URL";
  return undefined;
}

const rtspSource = z.strictObject({
  kind: z.literal("rtsp"),
  url: address("rtsp:", "rtsps:"),
  /** How pictures travel: inside the RTSP connection, or beside it, where a lost packet is a smeared picture. */
  transport: z.enum(["tcp", "udp"]).default("tcp"),
});

/** An endless HTTP answer of one JPEG after the other (multipart/x-mixed-replace). */
const mjpegSource = z.strictObject({ kind: z.literal("mjpeg"), url: address("http:", "https:") });

/** One JPEG a request. */
const snapshotSource = z.strictObject({ kind: z.literal("snapshot"), url: address("http:", "https:") });

/** Any other video over HTTP that FFmpeg knows: FLV, MPEG-TS, … */
const httpSource = z.strictObject({ kind: z.literal("http"), url: address("http:", "https:") });

const folderSource = z.strictObject({
  kind: z.literal("folder"),
  path: z.string().min(1).max(1_024).startsWith("/", "an absolute path"),
  /** `newest`: the file that was written last, for cameras that upload. `loop`: all of them in turn, for tests. */
  order: z.enum(["newest", "loop"]).default("newest"),
  /** How fast a loop runs; how often a folder is looked at for a newer file. */
  framesPerSecond: z.number().min(0.1).max(30).default(2),
});

/** Asks the camera where its stream and its snapshots are. */
const onvifSource = z.strictObject({
  kind: z.literal("onvif"),
  host: z.string().regex(/^[A-Za-z0-9._:-]{1,253}$/, "a host name or an address"),
  port: z.int().min(1).max(65_535).default(80),
  path: z.string().max(256).startsWith("/").default("/onvif/device_service"),
  isSecure: z.boolean().default(false),
  /** The token or name of a media profile; the camera's first one where absent. */
  profile: z.string().min(1).max(64).optional(),
  prefer: z.enum(["stream", "snapshot"]).default("stream"),
  /** Behind address translation: take `host` for every address that the camera names. */
  preserveAddress: z.boolean().default(false),
  transport: z.enum(["tcp", "udp"]).default("tcp"),
});

export const cameraSource = z.discriminatedUnion("kind", [
  rtspSource,
  mjpegSource,
  snapshotSource,
  httpSource,
  folderSource,
  onvifSource,
]);
export type CameraSource = z.infer<typeof cameraSource>;
export type RtspSource = z.infer<typeof rtspSource>;
export type HttpSource = z.infer<typeof httpSource>;
export type FolderSource = z.infer<typeof folderSource>;
export type OnvifSource = z.infer<typeof onvifSource>;

const words = (max: number) =>
  z
    .string()
    .max(max)
    // oxlint-disable-next-line no-control-regex -- control characters are what is kept out
    .regex(/^[^\u0000-\u001f\u007f]*$/, "control characters");

/** One camera, as the site file writes it. */
export const cameraSettings = z
  .strictObject({
    source: cameraSource,
    username: words(64)
      .min(1)
      .regex(/^[^:]*$/, "a user name has no colon")
      .optional(),
    password: words(128).optional(),
    /** False takes any certificate from an https camera; most cameras have signed their own. */
    isCertificateChecked: z.boolean().default(true),
    /** How long the first picture may take. A stream can be decoded from its next key frame on, which may be ten seconds off. */
    timeoutMs: z.int().min(500).max(60_000).default(15_000),
    /** How often the camera is looked at. */
    checkEveryMs: z.int().min(500).max(3_600_000).default(30_000),
    /** A newest picture older than this is none; an open stream is then begun anew. */
    staleAfterMs: z.int().min(1_000).max(86_400_000).default(20_000),
    /** `checks`: one picture at each check. `stream`: the stream stays open, and its frame rate is a point. */
    watch: z.enum(["checks", "stream"]).default("checks"),
    /** So many checks in a row that show the very same picture, and the camera counts as frozen. */
    frozenAfterChecks: z.int().min(2).max(1_000).default(3),
    /** Whether FFmpeg measures each checked picture's brightness. */
    isBrightnessMeasured: z.boolean().default(true),
    /** A mean brightness below this, in % of white, is dark. */
    darkBelowPercent: z.number().min(0).max(100).default(6),
  })
  .superRefine(({ source, username, password, isCertificateChecked }, context) => {
    if (isCertificateChecked && source.kind === "rtsp" && source.url.toLowerCase().startsWith("rtsps:")) {
      const message = "FFmpeg checks nobody's certificate over rtsps; false says that you know";
      context.addIssue({ code: "custom", path: ["isCertificateChecked"], message });
    }
    if (password !== undefined && username === undefined) {
      context.addIssue({ code: "custom", path: ["username"], message: "a password needs its user name" });
    }
    const isRtsp = source.kind === "rtsp" || source.kind === "onvif";
    const chars = userInfoLength(username ?? "", password ?? "");
    if (isRtsp && chars > MAX_RTSP_CREDENTIAL_CHARS) {
      const message = `too long for RTSP together with the user name: ${chars} characters when percent-encoded, at most ${MAX_RTSP_CREDENTIAL_CHARS}`;
      context.addIssue({ code: "custom", path: ["password"], message });
    }
  });
export type CameraSettings = z.infer<typeof cameraSettings>;

function userInfoLength(username: string, password: string): number {
  // A lone surrogate cannot be encoded; it is three bytes as anything else would be.
  return `${encodeURIComponent(username.toWellFormed())}:${encodeURIComponent(password.toWellFormed())}`.length;
}

export const cameraFamily = defineFamily({ settings: cameraSettings, links: () => [] });
