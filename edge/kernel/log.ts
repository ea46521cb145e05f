import { pino } from "pino";

/** Structured log lines. `fields` never carry secrets or personal data. */
export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** One JSON line per entry on stderr, so that stdout stays free for a command's own result. */
export function createLog(part: string, level = "info"): Log {
  const sink = pino(
    { base: { part }, level, timestamp: pino.stdTimeFunctions.isoTime, messageKey: "message" },
    pino.destination({ fd: 2, sync: true }),
  );
  return {
    debug: (message, fields = {}) => sink.debug(fields, message),
    info: (message, fields = {}) => sink.info(fields, message),
    warn: (message, fields = {}) => sink.warn(fields, message),
    error: (message, fields = {}) => sink.error(fields, message),
  };
}

/** A log nobody reads: for tests and one-shot tools. */
export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };
