import type { Point } from "../../preprocess/placement.ts";
import type { Box } from "./box.ts";

/** Something a detector found, in pixels of the source picture and within it. */
export interface Detection {
  readonly box: Box;
  /** 0 to 1. */
  readonly score: number;
  /** Which of the manifest's classes. */
  readonly classIndex: number;
  /** Eyes, nose and corners of the mouth where the model gives them: five points in its own order. */
  readonly landmarks?: readonly Point[];
}

/** A box before suppression, in pixels of the model's input; it may leave it. */
export interface Candidate {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly score: number;
  readonly classIndex: number;
  readonly landmarks?: readonly Point[];
}
