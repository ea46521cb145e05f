import type { Credentials } from "../http/digest.ts";
import type { Ffmpeg } from "./find-ffmpeg.ts";

export interface FfmpegInput {
  readonly url: string;
  readonly credentials: Credentials | undefined;
  /** Of RTSP only. */
  readonly transport: "tcp" | "udp";
  /** How long the camera may say nothing. Not to be relied on: see `watched-run.ts`. */
  readonly timeoutMs: number;
  readonly isCertificateChecked: boolean;
}

export interface FfmpegInputArgs {
  readonly args: readonly string[];
  /** What goes to ffmpeg's standard input. */
  readonly input: string;
}

/** What an address may lead to: the network, and never a file. */
const PROTOCOLS = "pipe,rtsp,rtp,udp,tcp,tls,http,https,httpproxy,crypto,data";

/**
 * How ffmpeg is told where the video is. Where its version allows, the address goes through its standard input as a
 * list of one for the concat demuxer: `ps` shows every user of the machine what is on a command line.
 */
export function inputArgs(ffmpeg: Ffmpeg, input: FfmpegInput): FfmpegInputArgs {
  const address = withCredentials(input);
  const options = inputOptions(ffmpeg, input, address.protocol);
  // Decoding in several threads holds back as many pictures.
  const live = ["-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1"];
  if (!ffmpeg.canHideInput) {
    const flat = options.flatMap(([name, value]) => [`-${name}`, value]);
    return { args: ["-protocol_whitelist", PROTOCOLS, ...live, ...flat, "-i", address.href], input: "" };
  }
  const list = [
    "ffconcat version 1.0",
    `file '${address.href.replaceAll("'", "%27")}'`,
    ...options.map(([name, value]) => `option ${name} ${value}`),
  ];
  return {
    args: ["-f", "concat", "-safe", "0", "-protocol_whitelist", PROTOCOLS, ...live, "-i", "pipe:0"],
    input: `${list.join("\n")}\n`,
  };
}

type Option = readonly [name: string, value: string];

function inputOptions(
  { rtspTimeoutOption }: Ffmpeg,
  { transport, timeoutMs, isCertificateChecked }: FfmpegInput,
  protocol: string,
): readonly Option[] {
  const timeoutUs = String(timeoutMs * 1_000);
  // Less to look at means less to wait for; far less breaks on many cameras and gains nothing.
  const probing: readonly Option[] = [
    ["probesize", "500000"],
    ["analyzeduration", "500000"],
  ];
  const isTls = protocol === "https:" || protocol === "rtsps:";
  const tls: readonly Option[] = isTls ? [["tls_verify", isCertificateChecked ? "1" : "0"]] : [];
  const isRtsp = protocol === "rtsp:" || protocol === "rtsps:";
  return isRtsp
    ? [["rtsp_transport", transport], [rtspTimeoutOption, timeoutUs], ...probing, ...tls]
    : [["rw_timeout", timeoutUs], ...probing, ...tls];
}

function withCredentials({ url, credentials }: FfmpegInput): URL {
  const address = new URL(url);
  if (credentials === undefined) return address;
  // The setters of URL encode less than everything: a "%" of a password would be taken for the beginning of a code.
  address.username = encodeURIComponent(credentials.username);
  address.password = encodeURIComponent(credentials.password);
  return address;
}
