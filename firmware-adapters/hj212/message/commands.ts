/** How a message of a station is to be taken. */
export interface Command {
  /** What the occurrence is called that records it; absent for heartbeats, which leave nothing. */
  readonly record?: string;
  /** The standard's answer where the station asks for one: 9014 to data, 9013 to notices. */
  readonly answer: 9013 | 9014;
}

export const CN = {
  time: 1011,
  setTime: 1012,
  asksTime: 1013,
  setRealtimeInterval: 1062,
  realtime: 2011,
  minute: 2051,
  requestAnswer: 9011,
  executionResult: 9012,
  noticeAnswer: 9013,
  dataAnswer: 9014,
} as const;

/**
 * What stations send by themselves. The standard's table of commands (HJ 212-2017, section 6.6.5), as far as it is known
 * here; 9021 and 9015 are additions of makers. Anything else is recorded as `message` and answered as data.
 */
const COMMANDS: ReadonlyMap<number, Command> = new Map<number, Command>([
  [1011, { record: "station-time", answer: 9014 }],
  [1013, { record: "asks-time", answer: 9013 }],
  [1061, { record: "realtime-interval", answer: 9014 }],
  [1063, { record: "minute-interval", answer: 9014 }],
  [2011, { record: "realtime-data", answer: 9014 }],
  [2021, { record: "equipment-status", answer: 9014 }],
  [2031, { record: "day-data", answer: 9014 }],
  [2041, { record: "equipment-runtime", answer: 9014 }],
  [2051, { record: "minute-data", answer: 9014 }],
  [2061, { record: "hour-data", answer: 9014 }],
  [2081, { record: "station-restarted", answer: 9014 }],
  [3015, { record: "sample-kept", answer: 9014 }],
  [3019, { record: "station-identity", answer: 9014 }],
  [3020, { record: "station-info", answer: 9014 }],
  [9015, { answer: 9013 }],
  [9021, { record: "station-login", answer: 9013 }],
]);

const OTHER: Command = { record: "message", answer: 9014 };

export function commandOf(cn: number): Command {
  return COMMANDS.get(cn) ?? OTHER;
}
