import { ModelError } from "../errors.ts";

/** A tensor as a runtime hands it over. `data` is parsed where it is read. */
export interface OutputTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** What one run answered, by output name. */
export type Outputs = Readonly<Record<string, OutputTensor>>;

/** A float32 tensor whose shape and values were checked. */
export interface FloatTensor {
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** More values than this in one output are refused: 2048 × 2048 pixels of 8 classes. */
export const MAX_TENSOR_VALUES = 33_554_432;

/**
 * Takes a float32 output.
 *
 * @param dims  the shape it must have; `undefined` where any length will do.
 * @throws ModelError `models/bad-tensor` where it is missing or of another type or shape, `models/not-finite` where a
 *   value is NaN or infinite.
 */
export function floatTensor(outputs: Outputs, name: string, dims: readonly (number | undefined)[]): FloatTensor {
  const tensor = shapedTensor(outputs, name, dims);
  if (!(tensor.data instanceof Float32Array)) throw new ModelError("models/bad-tensor", `${name} is not float32`);
  refuseOtherLength(name, tensor.dims, tensor.data.length);
  if (!isFinite(tensor.data)) {
    const index = tensor.data.findIndex((value) => !Number.isFinite(value));
    throw new ModelError("models/not-finite", `${name} is ${tensor.data[index]} at value ${index}`);
  }
  return { dims: tensor.dims, data: tensor.data };
}

/**
 * Takes an output of whole numbers, which exports write as int64, int32 or float32.
 *
 * @throws ModelError as `floatTensor` does; also `models/bad-tensor` where a value is no whole number within ±2^31.
 */
export function wholeTensor(outputs: Outputs, name: string, dims: readonly (number | undefined)[]): readonly number[] {
  const tensor = shapedTensor(outputs, name, dims);
  const { data } = tensor;
  if (data instanceof Float32Array) return floatTensor(outputs, name, dims).data.values().map(whole(name)).toArray();
  if (!(data instanceof BigInt64Array) && !(data instanceof Int32Array)) {
    throw new ModelError("models/bad-tensor", `${name} is not int64, int32 or float32`);
  }
  refuseOtherLength(name, tensor.dims, data.length);
  return Array.from<bigint | number, number>(data, Number).map(whole(name));
}

function whole(name: string): (value: number) => number {
  return (value) => {
    if (Number.isInteger(value) && Math.abs(value) <= 2 ** 31) return value;
    throw new ModelError("models/bad-tensor", `${name} holds ${value}, which is no class or count`);
  };
}

function shapedTensor(outputs: Outputs, name: string, dims: readonly (number | undefined)[]): OutputTensor {
  const tensor = Object.hasOwn(outputs, name) ? outputs[name] : undefined;
  if (tensor === undefined) throw new ModelError("models/bad-tensor", `there is no output ${name}`);
  const isSame = tensor.dims.length === dims.length && dims.every((dim, axis) => fits(dim, tensor.dims[axis]));
  if (!isSame) {
    const wanted = dims.map((dim) => dim ?? "any").join(", ");
    throw new ModelError("models/bad-tensor", `${name} is [${tensor.dims.join(", ")}] where [${wanted}] is expected`);
  }
  return tensor;
}

function fits(dim: number | undefined, given: number | undefined): boolean {
  return dim === undefined ? given !== undefined && Number.isInteger(given) && given >= 0 : dim === given;
}

function refuseOtherLength(name: string, dims: readonly number[], length: number): void {
  const expected = dims.reduce((product, dim) => product * dim, 1);
  if (expected === length && length <= MAX_TENSOR_VALUES) return;
  throw new ModelError("models/bad-tensor", `${name} holds ${length} values where its shape says ${expected}`);
}

/**
 * A sum of float32 values cannot overflow a double, so it is finite where all of them are. Four sums at once take half
 * the time of a test of each value.
 */
function isFinite(data: Float32Array): boolean {
  const whole4 = data.length - (data.length % 4);
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let index = 0; index < whole4; index += 4) {
    a += data[index] ?? 0;
    b += data[index + 1] ?? 0;
    c += data[index + 2] ?? 0;
    d += data[index + 3] ?? 0;
  }
  for (let index = whole4; index < data.length; index += 1) a += data[index] ?? 0;
  return Number.isFinite(a + b + c + d);
}
