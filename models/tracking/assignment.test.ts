import fc from "fast-check";
import { expect, it } from "vitest";

import { assign, type Gains, type Pair } from "./assignment.ts";

const gains = (rows: readonly (readonly number[])[]): Gains => ({
  rows: rows.length,
  columns: rows[0]?.length ?? 0,
  values: Float64Array.from(rows.flat()),
});
const total = ({ columns, values }: Gains, pairs: readonly Pair[]): number =>
  pairs.reduce((sum, { row, column }) => sum + (values[row * columns + column] ?? 0), 0);

it("gives one good pair rather than two bad ones", () => {
  const one = gains([
    [0.75, 0.15],
    [0.15, 0],
  ]);
  expect(assign(one)).toEqual([{ row: 0, column: 0 }]);
});

it("gives two good pairs rather than the best one and a bad one", () => {
  const pairs = assign(
    gains([
      [0.9, 0.8],
      [0.8, 0.1],
    ]),
  );
  expect(pairs.toSorted((a, b) => a.row - b.row)).toEqual([
    { row: 0, column: 1 },
    { row: 1, column: 0 },
  ]);
});

it("gives nothing where nothing may be given", () => {
  expect(assign(gains([]))).toEqual([]);
  expect(assign({ rows: 3, columns: 0, values: new Float64Array(0) })).toEqual([]);
  expect(
    assign(
      gains([
        [0, -1],
        [0, 0],
      ]),
    ),
  ).toEqual([]);
});

it("is never worse than trying every possibility", () => {
  const matrix = fc
    .record({ rows: fc.integer({ min: 1, max: 5 }), columns: fc.integer({ min: 1, max: 5 }) })
    .chain(({ rows, columns }) =>
      fc.array(
        fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 100 })), {
          minLength: columns,
          maxLength: columns,
        }),
        { minLength: rows, maxLength: rows },
      ),
    );
  fc.assert(
    fc.property(matrix, (rows) => {
      const one = gains(rows);
      const pairs = assign(one);
      expect(new Set(pairs.map(({ row }) => row)).size).toBe(pairs.length);
      expect(new Set(pairs.map(({ column }) => column)).size).toBe(pairs.length);
      expect(total(one, pairs)).toBe(bestByTrying(rows, 0, new Set()));
    }),
    { numRuns: 2_000 },
  );
});

function bestByTrying(rows: readonly (readonly number[])[], row: number, used: ReadonlySet<number>): number {
  const values = rows[row];
  if (values === undefined) return 0;
  let best = bestByTrying(rows, row + 1, used);
  for (const [column, value] of values.entries()) {
    if (!used.has(column)) best = Math.max(best, value + bestByTrying(rows, row + 1, new Set([...used, column])));
  }
  return best;
}
