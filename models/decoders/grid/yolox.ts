import type { DecoderOf } from "../../manifest/decoder.ts";
import type { Candidate, Detection } from "../detections/detection.ts";
import { finish, lowestScore, type DetectorContext } from "../detections/finish.ts";
import { floatTensor, type Outputs } from "../tensor.ts";
import { bestClass } from "./best-class.ts";
import { cellCount, gridSize } from "./cells.ts";

/** Centre x and y, width and height, objectness. */
const BEFORE_CLASSES = 5;

/**
 * Decodes YOLOX.
 *
 * @param outputs  float32 [1, N, 5 + C], N the cells of all strides, finest first, row-major: centre x and y in cells
 *   from the cell's own corner, logarithms of width and height in strides (in input pixels all four where the grid is
 *   applied), objectness and class scores, both 0 to 1.
 * @returns        score = objectness × best class, in source pixels.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeYolox(
  outputs: Outputs,
  { output, strides, isGridApplied }: DecoderOf<"yolox">,
  context: DetectorContext,
): readonly Detection[] {
  const { input } = context.placement;
  const columns = BEFORE_CLASSES + context.classIds.length;
  const { data } = floatTensor(outputs, output, [1, cellCount(input, strides), columns]);
  const rule = { lowest: lowestScore(context), classCount: context.classIds.length };
  const candidates: Candidate[] = [];
  let row = 0;
  for (const stride of strides) {
    const grid = gridSize(input, stride);
    for (let y = 0; y < grid.rows; y += 1) {
      for (let x = 0; x < grid.columns; x += 1) {
        // The product cannot reach the threshold where the objectness alone does not.
        if ((data[row + 4] ?? 0) >= rule.lowest) {
          const cell = isGridApplied ? { x: 0, y: 0, stride: 1, isGridApplied } : { x, y, stride, isGridApplied };
          const candidate = candidateAt(data, row, cell, rule);
          if (candidate !== undefined) candidates.push(candidate);
        }
        row += columns;
      }
    }
  }
  return finish(candidates, context);
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly stride: number;
  readonly isGridApplied: boolean;
}

function candidateAt(
  data: Float32Array,
  row: number,
  cell: Cell,
  rule: { readonly lowest: number; readonly classCount: number },
): Candidate | undefined {
  const { index, value } = bestClass(data, row + BEFORE_CLASSES, rule.classCount);
  const score = (data[row + 4] ?? 0) * value;
  if (score < rule.lowest) return undefined;
  const x = ((data[row] ?? 0) + cell.x) * cell.stride;
  const y = ((data[row + 1] ?? 0) + cell.y) * cell.stride;
  const size = (length: number): number => (cell.isGridApplied ? length : Math.exp(length) * cell.stride) / 2;
  const halfWidth = size(data[row + 2] ?? 0);
  const halfHeight = size(data[row + 3] ?? 0);
  return {
    x1: x - halfWidth,
    y1: y - halfHeight,
    x2: x + halfWidth,
    y2: y + halfHeight,
    score,
    classIndex: index,
  };
}
