import { once } from "node:events";
import { readFileSync } from "node:fs";

import { planPlacement } from "@outpost/models/preprocess/placement.ts";
import { readPackage, readWeights } from "@outpost/models/running/package-files.ts";
import { InferenceSession, Tensor } from "onnxruntime-node";
import sharp from "sharp";
import { z } from "zod";

// The bare alternative: sharp scales the JPEG, the session runs on a tensor that is always the same. Nothing is made of
// either. Told by messages how many frames to take.
sharp.cache(false);
sharp.concurrency(1);
const [folder = "", picture = ""] = process.argv.slice(2);
const opened = await readPackage(folder);
const input = opened.manifest.inputs.find((one) => one.kind === "image");
if (input === undefined) throw new Error("the model has no image input");
const session = await InferenceSession.create(await readWeights(opened), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: "sequential",
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: "0" }, inter_op: { allow_spinning: "0" } } },
});
const jpeg = readFileSync(picture);
const { width, height } = await sharp(jpeg).metadata();
const { scaled } = planPlacement({ width, height }, input);
const pixels = new Float32Array(3 * input.width * input.height).fill(114);
const feeds = { [input.name]: new Tensor("float32", pixels, [1, 3, input.height, input.width]) };
const order = z.strictObject({ frames: z.int(), withDecoding: z.boolean() });
process.send?.({ ready: true });
for (;;) {
  const [raw] = await once(process, "message");
  const { frames, withDecoding } = order.parse(raw);
  for (let frame = 0; frame < frames; frame += 1) {
    if (withDecoding)
      await sharp(jpeg).resize(scaled.width, scaled.height, { fit: "fill", kernel: "linear" }).raw().toBuffer();
    await session.run(feeds);
  }
  process.send?.({ done: frames });
}
