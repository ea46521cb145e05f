import { strict as assert } from "node:assert";

import type { Intervals } from "@outpost/wire/identifiers.ts";

/** Closed intervals of whole numbers, ascending and not touching. All functions here are pure. */
export type { Intervals };

/** Whether `value` lies in one of the intervals. */
export function includes(intervals: Intervals, value: number): boolean {
  const found = intervals[lastStartingAtOrBefore(intervals, value)];
  return found !== undefined && value <= found[1];
}

/** Whether every number from `from` through `through` lies in the intervals. */
export function includesAll(intervals: Intervals, from: number, through: number): boolean {
  const found = intervals[lastStartingAtOrBefore(intervals, from)];
  return found !== undefined && through <= found[1];
}

/** Joins any intervals, in any order, overlapping or not, into the shortest form. */
export function normalise(intervals: Intervals): [number, number][] {
  const joined: [number, number][] = [];
  for (const [from, through] of intervals.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], through);
    else joined.push([from, through]);
  }
  return joined;
}

/** What a PostgreSQL `int8multirange` shows as text, for instance `{[1,5),[7,9)}`. */
export function parseMultirange(text: string): [number, number][] {
  return Array.from(text.matchAll(/\[(\d+),(\d+)\)/g), ([, from, end]) => {
    const interval: [number, number] = [Number(from), Number(end) - 1];
    assert(interval[0] <= interval[1], "PostgreSQL shows no empty ranges");
    return interval;
  });
}

/** The same, to write it. */
export function formatMultirange(intervals: Intervals): string {
  return `{${intervals.map(([from, through]) => `[${from},${through}]`).join(",")}}`;
}

function lastStartingAtOrBefore(intervals: Intervals, value: number): number {
  let low = 0;
  let high = intervals.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((intervals[middle]?.[0] ?? Infinity) <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
