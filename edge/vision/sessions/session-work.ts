import { unreachable } from "@outpost/kernel/never.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import type { Box } from "@outpost/models/decoders/detections/box.ts";
import { checkGolden } from "@outpost/models/running/golden.ts";
import { openModel, type RunningModel } from "@outpost/models/running/open-model.ts";
import { readPackage } from "@outpost/models/running/package-files.ts";
import { decodeGrey, decodeWhole, encodeJpeg } from "@outpost/models/running/picture.ts";

import { VisionError } from "../errors.ts";
import { faceArea, headArea, outline, pixelate } from "./draw.ts";
import { movedShare, THUMBNAIL } from "./motion.ts";
import type { AnswerOf, SessionAnswer, SessionRequest } from "./session-messages.ts";

interface Answered {
  readonly answer: SessionAnswer;
  readonly body?: Buffer;
}

/** Cameras whose last thumbnail is kept; a gateway has no more. */
const MAX_THUMBNAILS = 64;

/** What a session process does: models in memory, looked through one picture at a time. */
export class SessionWork {
  readonly #models = new Map<string, RunningModel>();
  readonly #thumbnails = new Map<string, Uint8Array>();

  /** Does what is asked. What fails is an answer too: only the process's own death is none. */
  async answer(request: SessionRequest, body: Buffer): Promise<Answered> {
    try {
      switch (request.kind) {
        case "open":
          return { answer: await this.#open(request) };
        case "look":
          return { answer: await this.#look(request, body) };
        case "draw":
          return await this.#draw(request, body);
        default:
          return unreachable(request);
      }
    } catch (error) {
      const code = errorCode(error) ?? "vision/ended";
      return { answer: { kind: "failed", id: request.id, code, message: asError(error).message.slice(0, 2_000) } };
    }
  }

  async #open({ id, model: name, folder }: Extract<SessionRequest, { kind: "open" }>): Promise<AnswerOf<"opened">> {
    const opened = await readPackage(folder);
    const model = await openModel(opened);
    try {
      const goldenPictures = await checkGolden(model, opened);
      await this.#models.get(name)?.[Symbol.asyncDispose]();
      this.#models.set(name, model);
      const { version, grade, classes } = model.manifest;
      return { kind: "opened", id, version, grade, classes: classes.map((one) => one.id), goldenPictures };
    } catch (error) {
      await model[Symbol.asyncDispose]();
      throw error;
    }
  }

  async #look(
    { id, model: name, width, height, gate }: Extract<SessionRequest, { kind: "look" }>,
    jpeg: Buffer,
  ): Promise<AnswerOf<"looked" | "still">> {
    const before = process.cpuUsage();
    if (gate !== undefined && (await this.#isStill(gate, jpeg)))
      return { kind: "still", id, cpuMs: cpuMsSince(before) };
    const decoded = await this.#model(name).look(jpeg, { width, height });
    const found: number[] = [];
    if (decoded.kind === "detections") {
      for (const { box, score, classIndex } of decoded.detections) {
        found.push(box.x1, box.y1, box.x2, box.y2, score, classIndex);
      }
    }
    return { kind: "looked", id, found, cpuMs: cpuMsSince(before) };
  }

  async #isStill({ camera, leastShare }: { camera: string; leastShare: number }, jpeg: Buffer): Promise<boolean> {
    const now = await decodeGrey(jpeg, THUMBNAIL);
    const before = this.#thumbnails.get(camera);
    if (this.#thumbnails.size >= MAX_THUMBNAILS && before === undefined) this.#thumbnails.clear();
    this.#thumbnails.set(camera, now);
    return before !== undefined && movedShare(now, before) < leastShare;
  }

  async #draw(request: Extract<SessionRequest, { kind: "draw" }>, jpeg: Buffer): Promise<Answered> {
    const image = await decodeWhole(jpeg);
    const { areas, blurredBy } = await this.#hiddenAreas(request, jpeg);
    for (const area of areas) pixelate(image, area);
    for (const box of request.boxes) outline(image, box);
    return { answer: { kind: "drawn", id: request.id, blurredBy }, body: await encodeJpeg(image) };
  }

  /** Faces where a model finds them; and in any case the heads of people, where there is no such model. */
  async #hiddenAreas(
    { blur, faceModel, people, width, height }: Extract<SessionRequest, { kind: "draw" }>,
    jpeg: Buffer,
  ): Promise<{ readonly areas: readonly Box[]; readonly blurredBy: AnswerOf<"drawn">["blurredBy"] }> {
    if (blur === "none") return { areas: [], blurredBy: "none" };
    const model = faceModel === undefined ? undefined : this.#models.get(faceModel);
    if (model === undefined) return { areas: people.map(headArea), blurredBy: "people" };
    const decoded = await model.look(jpeg, { width, height });
    const faces = decoded.kind === "detections" ? decoded.detections : [];
    return { areas: faces.map(({ box }) => faceArea(box)), blurredBy: "faces" };
  }

  #model(name: string): RunningModel {
    const model = this.#models.get(name);
    if (model === undefined) throw new VisionError("vision/no-model", `${name} is not open here`);
    return model;
  }
}

/** CPU time of the whole process, its decoding threads included: it does one thing at a time. */
function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
