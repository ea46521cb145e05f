import { once } from "node:events";
import { chmod, rm } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import type { EvidenceAbout } from "../evidence/evidence-store.ts";
import type { LocalPicture } from "../local-picture.ts";

/** A camera as the technician sees it: what is drawn over its still. Shares of the picture's width and height. */
export interface CameraView {
  readonly camera: string;
  readonly capturedAtMs: number | null;
  readonly size: { readonly width: number; readonly height: number } | null;
  readonly tracks: readonly {
    readonly id: number;
    readonly phase: string;
    readonly className: string;
    readonly score: number;
    readonly box: readonly [number, number, number, number];
  }[];
  readonly zones: readonly { readonly id: string; readonly corners: readonly (readonly [number, number])[] }[];
  readonly lines: readonly {
    readonly id: string;
    readonly from: readonly [number, number];
    readonly to: readonly [number, number];
  }[];
}

export interface PictureSources {
  still(camera: string): Promise<LocalPicture | undefined>;
  view(camera: string): CameraView | undefined;
  evidence(): Promise<readonly EvidenceAbout[]>;
  evidencePicture(occurrenceId: string, file: string): Promise<LocalPicture | undefined>;
}

const MAX_CONNECTIONS = 16;
const TIMEOUT_MS = 40_000;
const STILL = /^\/cameras\/([a-z0-9._-]{1,63})\/still\.jpg$/;
const VIEW = /^\/cameras\/([a-z0-9._-]{1,63})\/view\.json$/;
const EVIDENCE = /^\/evidence\/([0-9a-f]{32})\/(\d{3}\.jpg)$/;

/**
 * Serves stills, views and evidence on a unix socket that only this user of this machine can open: `/cameras/<id>/still.jpg`,
 * `/cameras/<id>/view.json`, `/evidence`, `/evidence/<occurrence>/000.jpg`.
 */
export async function servePictures(socketPath: string, sources: PictureSources): Promise<AsyncDisposable> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    answer(request.url ?? "", sources, response).catch((error: unknown) => {
      response.writeHead(errorCode(error) === "vision/no-picture" ? 404 : 503, { "content-type": "text/plain" });
      response.end(asError(error).message);
    });
  });
  server.maxConnections = MAX_CONNECTIONS;
  // A process that was killed has left its own behind.
  await rm(socketPath, { force: true });
  server.listen(socketPath);
  await once(server, "listening");
  await chmod(socketPath, 0o600);
  return {
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function answer(url: string, sources: PictureSources, response: ServerResponse): Promise<void> {
  const [still, view, kept] = [STILL.exec(url), VIEW.exec(url), EVIDENCE.exec(url)];
  if (still !== null) return sendPicture(await sources.still(still[1] ?? ""), response);
  if (kept !== null) return sendPicture(await sources.evidencePicture(kept[1] ?? "", kept[2] ?? ""), response);
  const found =
    view !== null ? sources.view(view[1] ?? "") : url === "/evidence" ? await sources.evidence() : undefined;
  response.writeHead(found === undefined ? 404 : 200, { "content-type": "application/json" });
  response.end(JSON.stringify(found ?? { error: "there is no such thing" }));
}

function sendPicture(picture: LocalPicture | undefined, response: ServerResponse): void {
  if (picture === undefined) {
    response.writeHead(404, { "content-type": "text/plain" }).end("there is no such picture");
    return;
  }
  response.writeHead(200, { "content-type": "image/jpeg", "content-length": picture.byteLength });
  picture.writeTo(response);
  response.end();
}
