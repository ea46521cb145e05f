/**
 * Writes small ONNX files for tests: a detector that finds one thing where the picture is bright, and models that
 * misbehave. Only as much of onnx.proto as these need.
 */

/** What the model shall do wrong; nothing where absent. */
export type Misdeed = "nan" | "endless" | "unknown-operator" | "wrong-shape";

/** YOLOX's output for one class at 32 × 32: 16, 4 and 1 cells, 6 numbers each. */
const ROWS = 21;
const COLUMNS = 6;
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;
const MANY = 4_611_686_018_427_387_904n;

type Part = readonly [field: number, value: bigint | Uint8Array | string];

/**
 * A model with the input `images` [1, 3, 32, 32], BGR bytes as float32, and the output `output` [1, 21, 6], as YOLOX of
 * one class gives it: one box in the middle, its score the picture's mean brightness.
 *
 * @param misdeed  `nan`: every value is NaN; `endless`: a loop that nobody lives to see the end of.
 */
export function tinyDetector(misdeed?: Misdeed): Uint8Array {
  const isWrong = misdeed === "wrong-shape";
  const rows = isWrong ? ROWS - 1 : ROWS;
  const shape = [1, rows, COLUMNS];
  const base = new Float32Array(rows * COLUMNS);
  const gain = new Float32Array(rows * COLUMNS);
  // The last cell covers the whole picture: centre and sides of half of it, objectness from the brightness, class 1.
  base.set([0.5, 0.5, Math.log(0.5), Math.log(0.5), 0, 1], (rows - 1) * COLUMNS);
  gain[(rows - 1) * COLUMNS + 4] = 1 / 255;
  const nodes = [
    node(
      "ReduceMean",
      ["images"],
      ["mean"],
      encode([
        [1, "keepdims"],
        [3, 0n],
        [20, 2n],
      ]),
    ),
    node("Mul", ["gain", "mean"], ["scores"]),
    node("Add", ["base", "scores"], [misdeed === undefined || isWrong ? "output" : "plain"]),
    ...misdeeds(misdeed),
  ];
  return encode([
    [1, 8n],
    [8, encode([[2, 13n]])],
    [
      7,
      encode([
        ...nodes.map((one): Part => [1, one]),
        [2, "tiny"],
        [5, floats("base", shape, base)],
        [5, floats("gain", shape, gain)],
        [5, floats("nothing", [1], new Float32Array(1))],
        [5, scalar("many", INT64, MANY)],
        [5, scalar("yes", BOOL, 1n)],
        [11, value("images", [1, 3, 32, 32], FLOAT)],
        [12, value("output", shape, FLOAT)],
      ]),
    ],
  ]);
}

function misdeeds(misdeed: Misdeed | undefined): readonly Uint8Array[] {
  switch (misdeed) {
    case "nan":
      return [node("Div", ["nothing", "nothing"], ["nan"]), node("Add", ["plain", "nan"], ["output"])];
    case "unknown-operator":
      return [node("Divination", ["plain"], ["output"])];
    case "endless":
      return [
        node(
          "Loop",
          ["many", "yes", "plain"],
          ["output"],
          encode([
            [1, "body"],
            [6, loopBody()],
            [20, 5n],
          ]),
        ),
      ];
    case "wrong-shape":
    case undefined:
      return [];
  }
}

/** Takes its turn number, its condition and a tensor, and gives the last two on, for ever. */
function loopBody(): Uint8Array {
  return encode([
    [1, node("Identity", ["go-on"], ["go-on-still"])],
    [1, node("Identity", ["carried"], ["carried-on"])],
    [2, "body"],
    [11, value("turn", [], INT64)],
    [11, value("go-on", [], BOOL)],
    [11, value("carried", [1, ROWS, COLUMNS], FLOAT)],
    [12, value("go-on-still", [], BOOL)],
    [12, value("carried-on", [1, ROWS, COLUMNS], FLOAT)],
  ]);
}

function node(type: string, inputs: readonly string[], outputs: readonly string[], attribute?: Uint8Array): Uint8Array {
  const parts: Part[] = [...inputs.map((one): Part => [1, one]), ...outputs.map((one): Part => [2, one]), [4, type]];
  if (attribute !== undefined) parts.push([5, attribute]);
  return encode(parts);
}

function value(name: string, shape: readonly number[], type: number): Uint8Array {
  const dims = encode(shape.map((length): Part => [1, encode([[1, BigInt(length)]])]));
  return encode([
    [1, name],
    [
      2,
      encode([
        [
          1,
          encode([
            [1, BigInt(type)],
            [2, dims],
          ]),
        ],
      ]),
    ],
  ]);
}

function floats(name: string, shape: readonly number[], values: Float32Array): Uint8Array {
  const dims = shape.map((length): Part => [1, BigInt(length)]);
  return encode([...dims, [2, BigInt(FLOAT)], [8, name], [9, new Uint8Array(values.buffer.slice(0))]]);
}

function scalar(name: string, type: number, one: bigint): Uint8Array {
  const raw = type === BOOL ? Uint8Array.of(Number(one)) : new Uint8Array(BigInt64Array.of(one).buffer);
  return encode([
    [2, BigInt(type)],
    [8, name],
    [9, raw],
  ]);
}

function encode(parts: readonly Part[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap(([field, one]) => {
      if (typeof one === "bigint") return [varint(BigInt(field) * 8n), varint(one)];
      const bytes = typeof one === "string" ? Buffer.from(one) : one;
      return [varint(BigInt(field) * 8n + 2n), varint(BigInt(bytes.length)), bytes];
    }),
  );
}

function varint(one: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = one;
  do {
    const more = left >= 128n;
    bytes.push(Number(left % 128n) + (more ? 128 : 0));
    left /= 128n;
  } while (left > 0n);
  return Uint8Array.from(bytes);
}
