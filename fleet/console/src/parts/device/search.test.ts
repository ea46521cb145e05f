import { expect, it } from "vitest";

import { samplePoints } from "../../../testing/sample-data.ts";
import { matching } from "./search.ts";

const points = samplePoints("gw-1", 0);

it.each([
  ["", points.length],
  ["  ", points.length],
  ["pump1 current", 1],
  ["CURRENT", 2],
  ["电流", 2],
  ["Wet well", 1],
  ["nothing of the kind", 0],
])("%j finds %i points", (search, count) => {
  expect(matching(points, search)).toHaveLength(count);
});
