import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("gst-rtsp-server.py", import.meta.url));

/** GStreamer's RTSP server as a camera, in a process of its own. */
export interface RtspServer extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /** Stops in the middle of everything, its connections open, as a camera does whose firmware hangs. */
  hang(): void;
  goOn(): void;
  resize(size: string): void;
}

export interface RtspServerOptions {
  readonly port?: number;
  readonly size?: string;
  readonly credentials?: { readonly username: string; readonly password: string; readonly scheme: "digest" | "basic" };
}

export async function startRtspServer({ port, size, credentials }: RtspServerOptions = {}): Promise<RtspServer> {
  const auth =
    credentials === undefined
      ? []
      : ["--user", credentials.username, "--password", credentials.password].concat(
          credentials.scheme === "basic" ? ["--basic"] : [],
        );
  const args = ["--port", String(port ?? 0), ...(size === undefined ? [] : ["--size", size]), ...auth];
  const child = spawn("/usr/bin/python3", [SCRIPT, ...args], { stdio: ["pipe", "pipe", "ignore"] });
  const gone = once(child, "close");
  child.stdin.on("error", () => undefined);
  let bound: number | undefined;
  for await (const line of createInterface(child.stdout)) {
    bound = Number(/^ready (\d+)$/.exec(line)?.[1]);
    break;
  }
  if (bound === undefined) throw new Error("the RTSP server did not start");
  return {
    port: bound,
    url: `rtsp://127.0.0.1:${bound}/stream`,
    hang: () => child.kill("SIGSTOP"),
    goOn: () => child.kill("SIGCONT"),
    resize: (wanted) => child.stdin.write(`size ${wanted}\n`),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await gone;
    },
  };
}
