/** Every bound of the journal. The defaults suit a gateway with a flash card; tests make them small. */
export interface JournalLimits {
  /** Entries handed in and not yet answered. Alarms and results have as many places again, for themselves alone. */
  readonly maxQueuedEntries: number;
  /** Their bodies, in characters, counted the same way. */
  readonly maxQueuedChars: number;
  /** How long a grouped entry may wait for company before it is committed. With the fsync it stays under a second. */
  readonly groupMs: number;
  /** Rows given up, thinned, confirmed or expired in one SQLite transaction, so that an alarm never waits long. */
  readonly chunkRows: number;
  /** Keys of the device's own de-duplication kept, oldest forgotten first, and for how much time of running. */
  readonly maxDedupeKeys: number;
  readonly dedupeKeepMs: number;
  /** Damaged files kept for a closer look; older ones are deleted, all of them where the disk is short. */
  readonly maxQuarantined: number;
  /** A file up to this size is checked whole at opening; of a larger one the small tables are. */
  readonly checkWholeBytes: number;
  /** How often time-bound work (retention, disk ladder, shrinking) is looked at. */
  readonly tickMs: number;
  /** The anchor notes how far the counters are at least this often. */
  readonly anchorMs: number;
  /** First and longest pause between tries to write while the disk takes nothing, and between starts of the worker. */
  readonly retryFirstMs: number;
  readonly retryMaxMs: number;
  /**
   * A hard quota on the database file, for tests and for file systems that have none. Beyond it SQLite answers as a
   * full disk does. Without it the file system is the judge.
   */
  readonly quotaBytes: number | undefined;
}

export const DEFAULT_LIMITS: JournalLimits = {
  maxQueuedEntries: 20_000,
  maxQueuedChars: 64 * 1024 * 1024,
  groupMs: 500,
  chunkRows: 1_000,
  maxDedupeKeys: 100_000,
  dedupeKeepMs: 7 * 86_400_000,
  maxQuarantined: 2,
  checkWholeBytes: 64 * 1024 * 1024,
  tickMs: 1_000,
  anchorMs: 600_000,
  retryFirstMs: 250,
  retryMaxMs: 30_000,
  quotaBytes: undefined,
};

const KIB = 1024;
const MIB = 1024 * KIB;

/** How the space a journal may use is divided. All in bytes. */
export interface Division {
  /** A file of random bytes that is given back to the file system when a write finds it full. */
  readonly ballastBytes: number;
  /** The write-ahead log is checkpointed at this size. */
  readonly walBytes: number;
  /** Part of `maxBytes` that only alarms, results and state may use. */
  readonly reservedBytes: number;
  /** What one SQLite transaction takes of the queue. A fraction of the log, so that the ballast covers several. */
  readonly transactionBytes: number;
}

/**
 * Divides the space between records, log, ballast and the alarms' reserve.
 *
 * @param maxBytes   what the site file allows.
 * @param diskBytes  the size of the whole file system (or quota), which may be smaller.
 */
export function divideSpace(maxBytes: number, diskBytes: number): Division {
  const budget = Math.min(maxBytes, diskBytes);
  const ballastBytes = clamp(budget / 16, 128 * KIB, 8 * MIB);
  const walBytes = clamp(ballastBytes / 2, 64 * KIB, 4 * MIB);
  return {
    ballastBytes,
    walBytes,
    reservedBytes: clamp(budget / 8, 256 * KIB, 64 * MIB),
    transactionBytes: walBytes / 2,
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.round(Math.min(max, Math.max(min, value)));
}
