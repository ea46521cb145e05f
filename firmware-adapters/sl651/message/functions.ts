/** What a station's message of one function code is. */
export type FunctionKind =
  /** It says that it is there; answered by nobody. */
  | "keep-alive"
  /** Its elements move points. */
  | "values"
  /** Its elements are recorded and move nothing. */
  | "record"
  /** Elements measured at even intervals. */
  | "series"
  | "text"
  | "picture"
  /** What we asked for, or do not know. */
  | "other";

export interface Function {
  readonly kind: FunctionKind;
  /** What the occurrence is called that records it beside moving points, or instead; absent where points are enough. */
  readonly record?: string;
}

/** Function codes we name. SL 651-2014, table 10 (as far as it is known here). */
export const FN = {
  keepAlive: 0x2f,
  test: 0x30,
  interval: 0x31,
  timed: 0x32,
  add: 0x33,
  hour: 0x34,
  manual: 0x35,
  picture: 0x36,
  queryNow: 0x37,
  setTime: 0x4a,
  queryTime: 0x51,
} as const;

const FUNCTIONS: ReadonlyMap<number, Function> = new Map<number, Function>([
  [FN.keepAlive, { kind: "keep-alive" }],
  [FN.test, { kind: "record", record: "test-report" }],
  [FN.interval, { kind: "series", record: "interval-report" }],
  [FN.timed, { kind: "values" }],
  [FN.add, { kind: "values", record: "add-report" }],
  [FN.hour, { kind: "values", record: "hour-report" }],
  [FN.manual, { kind: "text", record: "manual-report" }],
  [FN.picture, { kind: "picture", record: "picture-refused" }],
  [FN.queryNow, { kind: "values" }],
  // Queries of given elements: 3A.
  [0x3a, { kind: "values" }],
]);

const OTHER: Function = { kind: "other", record: "message" };

export function functionOf(code: number): Function {
  return FUNCTIONS.get(code) ?? OTHER;
}

/** Reports that stations send by themselves until they are answered. */
export function isReport(code: number): boolean {
  return code >= FN.test && code <= FN.picture;
}
