import { ModelError } from "../errors.ts";

/** What the head of an ONNX file says about itself. */
export interface OnnxHeader {
  readonly irVersion: number;
  /** Operator set versions by domain; the standard set's domain is the empty string. */
  readonly opsets: ReadonlyMap<string, number>;
}

/** ModelProto's fields (onnx.proto): ir_version, graph, opset_import; OperatorSetIdProto's: domain, version. */
const FIELD = { irVersion: 1, graph: 7, opsetImport: 8 } as const;
const OPSET_FIELD = { domain: 1, version: 2 } as const;
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const MAX_FIELDS = 10_000;
const MAX_OPSETS = 32;
const MAX_DOMAIN_BYTES = 200;

/**
 * Reads an ONNX file's versions without reading its graph. The runtime reports names, types and shapes, but not these.
 *
 * @param bytes  the whole file.
 * @throws ModelError `models/bad-onnx-file`.
 * @see onnx.proto, ModelProto
 */
export function readOnnxHeader(bytes: Uint8Array): OnnxHeader {
  let irVersion = 0;
  let hasGraph = false;
  const opsets = new Map<string, number>();
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === FIELD.irVersion && typeof value === "number") irVersion = value;
    if (field === FIELD.graph && value instanceof Uint8Array) hasGraph = true;
    if (field === FIELD.opsetImport && value instanceof Uint8Array) {
      const [domain, version] = readOpset(value);
      opsets.set(domain, version);
      if (opsets.size > MAX_OPSETS) throw bad(`more than ${MAX_OPSETS} operator sets`);
    }
  }
  if (irVersion < 1 || !hasGraph || opsets.size === 0) throw bad("no version, no graph or no operator set");
  return { irVersion, opsets };
}

function readOpset(bytes: Uint8Array): readonly [string, number] {
  let domain = "";
  let version = 0;
  for (const { field, value } of fieldsOf(bytes)) {
    if (field === OPSET_FIELD.version && typeof value === "number") version = value;
    if (field === OPSET_FIELD.domain && value instanceof Uint8Array) {
      if (value.length > MAX_DOMAIN_BYTES) throw bad("a domain's name is too long");
      domain = new TextDecoder().decode(value);
    }
  }
  // "ai.onnx" is another way to write the standard domain.
  return [domain === "ai.onnx" ? "" : domain, version];
}

interface Field {
  readonly field: number;
  /** A varint's number, a length-delimited field's bytes, undefined for fixed-width ones. */
  readonly value: number | Uint8Array | undefined;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  let at = 0;
  for (let count = 0; at < bytes.length; count += 1) {
    if (count >= MAX_FIELDS) throw bad(`more than ${MAX_FIELDS} fields`);
    const key = readVarint(bytes, at);
    at = key.end;
    const field = Math.floor(key.value / 8);
    switch (key.value % 8) {
      case WIRE.varint: {
        const { value, end } = readVarint(bytes, at);
        yield { field, value };
        at = end;
        break;
      }
      case WIRE.bytes: {
        const length = readVarint(bytes, at);
        const end = length.end + length.value;
        if (end > bytes.length) throw bad("it is cut short");
        yield { field, value: bytes.subarray(length.end, end) };
        at = end;
        break;
      }
      case WIRE.fixed64:
      case WIRE.fixed32:
        at += key.value % 8 === WIRE.fixed64 ? 8 : 4;
        if (at > bytes.length) throw bad("it is cut short");
        yield { field, value: undefined };
        break;
      default:
        throw bad("it is no protocol buffer");
    }
  }
}

const MAX_VARINT_BYTES = 10;

function readVarint(bytes: Uint8Array, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bytes[from + index];
    if (byte === undefined) throw bad("it is cut short");
    value += (byte % 128) * 128 ** index;
    if (byte < 128) return { value, end: from + index + 1 };
  }
  throw bad("a number is too long");
}

function bad(reason: string): ModelError {
  return new ModelError("models/bad-onnx-file", `not a usable ONNX file: ${reason}`);
}
