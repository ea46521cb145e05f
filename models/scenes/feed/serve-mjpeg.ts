import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { encodeJpeg } from "../encode.ts";
import type { Scene } from "../scene.ts";

/** A scene as a camera that runs in real time. */
export interface MjpegFeed extends AsyncDisposable {
  readonly port: number;
}

interface FeedOptions {
  readonly host: string;
  readonly port: number;
  readonly framesPerSecond: number;
  /** After so long the scene begins again; a scene's scripts are over by then. */
  readonly loopMs: number;
}

const BOUNDARY = "outpost-scene";
const MAX_VIEWERS = 16;

/**
 * Serves a scene: `/mjpeg` as motion JPEG, `/snapshot.jpg` one picture, `/truth.json` what is true of it. A frame is
 * drawn once for all who look; who is slow misses frames; nobody looking, nothing is drawn.
 */
export async function serveMjpeg(scene: Scene, options: FeedOptions): Promise<MjpegFeed> {
  const studio = new Studio(scene, options);
  const viewers = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    response.on("close", () => viewers.delete(response));
    response.on("error", () => viewers.delete(response));
    answer(request, response, { studio, viewers }).catch(() => response.destroy());
  });
  server.listen(options.port, options.host);
  await once(server, "listening");
  const timer = setInterval(() => {
    send(studio, viewers).catch(() => {
      for (const viewer of viewers) viewer.destroy();
    });
  }, 1_000 / options.framesPerSecond);
  return {
    port: portOf(server),
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Draws what is to be seen now, never twice at once. */
class Studio {
  readonly #scene: Scene;
  readonly #options: FeedOptions;
  readonly #beganAtMs = performance.now();
  #shown: { readonly number: number; readonly picture: Promise<Buffer> } | undefined;

  constructor(scene: Scene, options: FeedOptions) {
    this.#scene = scene;
    this.#options = options;
  }

  /** The scene's time: whole frames, so that all who ask within one see the same. */
  get atMs(): number {
    const { framesPerSecond, loopMs } = this.#options;
    const number = Math.floor(((performance.now() - this.#beganAtMs) * framesPerSecond) / 1_000);
    return Math.round((number * 1_000) / framesPerSecond) % loopMs;
  }

  async picture(): Promise<{ readonly atMs: number; readonly jpeg: Buffer }> {
    const atMs = this.atMs;
    if (this.#shown?.number !== atMs) {
      this.#shown = { number: atMs, picture: encodeJpeg(this.#scene.frameAt(atMs), this.#scene.jpegQuality) };
    }
    return { atMs, jpeg: await this.#shown.picture };
  }

  truth(): object {
    const { things, regions, facts, atMs } = this.#scene.truthAt(this.atMs);
    return { atMs, things, regions, facts };
  }
}

async function answer(
  { url, method }: IncomingMessage,
  response: ServerResponse,
  { studio, viewers }: { readonly studio: Studio; readonly viewers: Set<ServerResponse> },
): Promise<void> {
  const path = (url ?? "/").split("?")[0];
  if (method !== "GET") {
    response.writeHead(405).end();
  } else if (path === "/snapshot.jpg") {
    const { jpeg } = await studio.picture();
    response.writeHead(200, { "content-type": "image/jpeg", "content-length": jpeg.length }).end(jpeg);
  } else if (path === "/truth.json") {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(studio.truth()));
  } else if (path === "/mjpeg") {
    if (viewers.size >= MAX_VIEWERS) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, {
      "content-type": `multipart/x-mixed-replace; boundary=${BOUNDARY}`,
      "cache-control": "no-store",
    });
    viewers.add(response);
  } else {
    response.writeHead(404).end();
  }
}

async function send(studio: Studio, viewers: ReadonlySet<ServerResponse>): Promise<void> {
  const ready = [...viewers].filter((viewer) => !viewer.writableNeedDrain);
  if (ready.length === 0) return;
  const { jpeg } = await studio.picture();
  const head = `--${BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`;
  const part = Buffer.concat([Buffer.from(head), jpeg, Buffer.from("\r\n")]);
  for (const viewer of ready) viewer.write(part);
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
