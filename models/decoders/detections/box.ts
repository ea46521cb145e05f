/** A rectangle by its corners, in pixels: x1 ≤ x2, y1 ≤ y2, y downwards. Areas are (x2 − x1) × (y2 − y1). */
export interface Box {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Intersection over union, 0 to 1. Two boxes without area have 0. */
export function iou(a: Box, b: Box): number {
  const width = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
  const height = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / (boxArea(a) + boxArea(b) - both);
}

/** The area in square pixels. */
export function boxArea({ x1, y1, x2, y2 }: Box): number {
  return (x2 - x1) * (y2 - y1);
}
