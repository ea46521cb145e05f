import type { Detection } from "../decoders/detections/detection.ts";
import type { DetectorContext } from "../decoders/detections/finish.ts";
import { cellCount } from "../decoders/grid/cells.ts";
import type { Outputs } from "../decoders/tensor.ts";
import { planPlacement } from "../preprocess/placement.ts";
import { seededRandom } from "../tracking/testing/scripted-world.ts";

/** As many things as a busy street shows, each found by as many cells as a real detector's. */
export const OBJECTS = 30;
const CELLS_PER_OBJECT = 9;
export const CLASS_IDS: readonly string[] = Array.from({ length: 80 }, (_, index) => `class-${index}`);

/** A context as a camera of 16:9 has it. */
export function detectorContext(side: number): DetectorContext {
  return {
    placement: planPlacement(
      { width: 1_920, height: 1_080 },
      { width: side, height: side, resize: { mode: "letterbox", anchor: "top-left", padding: [114] } },
    ),
    classIds: CLASS_IDS,
    thresholds: {
      score: 0.3,
      scoreByClass: {},
      nmsIou: 0.5,
      isNmsByClass: true,
      maxCandidates: 1_000,
      maxDetections: 300,
    },
  };
}

/** Which anchors find something, and as what class. */
function hits(anchors: number): ReadonlyMap<number, number> {
  const random = seededRandom(1);
  return new Map(
    Array.from({ length: OBJECTS }, () => {
      const [at, classIndex] = [Math.floor(random() * (anchors - CELLS_PER_OBJECT)), Math.floor(random() * 80)];
      return Array.from({ length: CELLS_PER_OBJECT }, (_, cell) => [at + cell, classIndex] as const);
    }).flat(),
  );
}

/** A YOLOX answer full of low scores, with `OBJECTS` things in it. */
export function yoloxOutputs(side: number): Outputs {
  const anchors = cellCount({ width: side, height: side }, [8, 16, 32]);
  const random = seededRandom(2);
  const data = Float32Array.from({ length: anchors * 85 }, () => random() * 0.02);
  for (const [anchor, classIndex] of hits(anchors)) {
    data.set([0.5, 0.5, 1.2, 1.2, 0.9], anchor * 85);
    data[anchor * 85 + 5 + classIndex] = 0.5 + random() * 0.5;
  }
  return { out: { dims: [1, anchors, 85], data } };
}

/** The same for joined NanoDet heads of 8 bins. */
export function nanodetOutputs(side: number): Outputs {
  const anchors = cellCount({ width: side, height: side }, [8, 16, 32]);
  const random = seededRandom(3);
  const data = Float32Array.from({ length: anchors * 112 }, () => random() * 0.02);
  for (const [anchor, classIndex] of hits(anchors)) data[anchor * 112 + classIndex] = 0.5 + random() * 0.5;
  return { out: { dims: [1, anchors, 112], data } };
}

/** The same, channel-major. */
export function yolov8Outputs(side: number): Outputs {
  const anchors = cellCount({ width: side, height: side }, [8, 16, 32]);
  const random = seededRandom(4);
  const data = Float32Array.from({ length: 84 * anchors }, () => random() * 0.02);
  for (const [anchor, classIndex] of hits(anchors)) {
    for (const [channel, value] of [anchor % side, (anchor * 7) % side, 40, 60].entries()) {
      data[channel * anchors + anchor] = value;
    }
    data[(4 + classIndex) * anchors + anchor] = 0.5 + random() * 0.5;
  }
  return { out: { dims: [1, 84, anchors], data } };
}

/** UltraFace's 4,420 priors with `OBJECTS` faces. */
export function ultrafaceOutputs(): Outputs {
  const scores = Float32Array.from({ length: 4_420 * 2 }, (_, index) => (index % 2 === 0 ? 0.98 : 0.02));
  const boxes = Float32Array.from({ length: 4_420 * 4 }, (_, index) => (index % 4 < 2 ? 0.4 : 0.5));
  for (const anchor of hits(4_420).keys()) {
    scores[anchor * 2 + 1] = 0.9;
    const x = (anchor % 60) / 64;
    boxes.set([x, 0.3, x + 0.05, 0.4], anchor * 4);
  }
  return { scores: { dims: [1, 4_420, 2], data: scores }, boxes: { dims: [1, 4_420, 4], data: boxes } };
}

/** A segmentation answer of noise, NHWC. */
export function noisyMask(side: number, classes: number): Outputs {
  const random = seededRandom(5);
  const data = Float32Array.from({ length: side * side * classes }, () => random());
  return { out: { dims: [1, side, side, classes], data } };
}

/** A crowd that walks to the right, in rows of thirty that touch each other. */
export function crowdDetections(count: number, atS: number): readonly Detection[] {
  return Array.from({ length: count }, (_, index) => {
    const x1 = (index % 30) * 60 + ((atS * 20) % 600);
    const y1 = Math.floor(index / 30) * 110;
    return { box: { x1, y1, x2: x1 + 70, y2: y1 + 130 }, score: 0.8, classIndex: 0 };
  });
}
