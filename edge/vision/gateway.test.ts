import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { simulate } from "@outpost/firmware-adapters/camera/testing/rig.ts";
import { writeTinyPackage } from "@outpost/models/testing/tiny-package.ts";
import sharp from "sharp";
import { expect, it } from "vitest";
import { z } from "zod";

import { startGateway } from "../testing/gateway-process.ts";
import { brightJpeg } from "./testing/vision-rig.ts";

const NO_RUNTIME = fileURLToPath(new URL("testing/no-runtime.mjs", import.meta.url));
const evidenceList = z.array(z.object({ occurrenceId: z.string(), camera: z.string(), blurredBy: z.string() }));
const PATIENCE_MS = 150_000;

/** Asks until the answer is what is wanted, for as long as a slow machine may take. */
async function untilAnswer<T>(ask: () => Promise<T | undefined>): Promise<T> {
  const untilMs = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (Date.now() > untilMs) throw new Error("waited in vain");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The status of a request that names this machine otherwise: fetch would not send such a name. */
async function statusUnder(host: string, url: string): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const asked = request(url, { headers: { host } }, (answer) => {
    answer.resume();
    resolve(answer.statusCode);
  });
  asked.on("error", reject);
  asked.end();
  return await promise;
}

it("a gateway raises an alarm of what a camera sees, keeps evidence, and itself loads no runtime for models", async () => {
  const folder = await mkdtemp(join(tmpdir(), "outpost-vision-gateway-"));
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => await rm(folder, { recursive: true, force: true }));
  await writeTinyPackage(join(folder, "state", "models"), "scene-detector");
  const film = join(folder, "film");
  await mkdir(film);
  await writeFile(join(film, "bright.jpg"), await brightJpeg());
  const camera = stack.use(await simulate({ folder: film }));
  const siteFile = join(folder, "site.yaml");
  await writeFile(
    siteFile,
    `version: 1
site: { id: pool-01, name: { zh: 泳池, en: Pool } }
gateway: { id: gateway-01 }
statusPage: { host: 127.0.0.1, port: 0 }
links: []
devices:
  - id: gate
    adapter: camera
    name: { zh: 大门, en: Gate }
    settings: { source: { kind: mjpeg, url: "http://127.0.0.1:${camera.ports.http}/mjpeg" } }
vision:
  cameras:
    - device: gate
      zones: [{ id: yard, name: { zh: 院子, en: Yard }, corners: [[0, 0], [1, 0], [1, 1], [0, 1]] }]
      algorithms: [{ id: perimeter, at: [yard] }]
      isGated: false
rules:
  - id: intrusion
    kind: equals
    device: gate
    point: perimeter.yard.present
    value: 1
    priority: high
    message: { zh: 有人闯入, en: Somebody is inside }
`,
  );
  const nodeFlags = ["--import", NO_RUNTIME];
  const gateway = stack.use(await startGateway(siteFile, join(folder, "state"), { nodeFlags }));
  const get = async (path: string): Promise<Response> => await fetch(`${gateway.statusPage}${path}`);
  const kept = await untilAnswer(async () => {
    const [first] = evidenceList.parse(await (await get("/vision/evidence.json")).json());
    return first;
  });
  expect(kept).toMatchObject({ camera: "gate", blurredBy: "people" });
  const picture = await get(`/vision/evidence/${kept.occurrenceId}/000.jpg`);
  expect(picture.headers.get("content-type")).toBe("image/jpeg");
  const { width, height, exif } = await sharp(Buffer.from(await picture.arrayBuffer())).metadata();
  expect({ width, height, exif }).toEqual({ width: 640, height: 360, exif: undefined });
  expect((await get("/vision/cameras/gate/still.jpg")).headers.get("content-type")).toBe("image/jpeg");
  expect(await (await get("/vision/cameras/gate/view.json")).json()).toMatchObject({
    size: { width: 640, height: 360 },
    zones: [{ id: "yard" }],
    tracks: [{ phase: "confirmed", className: "person" }],
  });
  expect((await get("/vision/cameras/nobody/still.jpg")).status).toBe(404);
  const status = await (await get("/vision.json")).text();
  expect(status).toContain('"kind":"up"');
  const page = await (await get("/?lang=en")).text();
  expect(page).toContain("Somebody is inside");
  // Another name for this machine, as a page elsewhere could have it, opens nothing.
  expect(await statusUnder("evil.example", `${gateway.statusPage}/vision.json`)).toBe(403);
}, 180_000);
