/** The smallest and largest batch that is tried, in bytes. */
export const MIN_BATCH_BYTES = 16 * 1024;
export const MAX_PACED_BATCH_BYTES = 1024 * 1024;

const FAST_MS = 300;
const SLOW_MS = 1_500;

/**
 * The size of the next batch, from how long the last one took until the fleet had committed it: doubled on a fast line,
 * halved on a slow one, so that an alarm never waits behind more than a second or two of backlog.
 *
 * @param batchBytes   what was last aimed at.
 * @param sentBytes    what the acknowledged batch really held; a small one says nothing about a larger.
 * @param roundTripMs  from sending to the fleet's `received`.
 */
export function nextBatchBytes(batchBytes: number, sentBytes: number, roundTripMs: number): number {
  if (roundTripMs > SLOW_MS) return Math.max(MIN_BATCH_BYTES, batchBytes / 2);
  if (roundTripMs < FAST_MS && sentBytes > batchBytes / 2) return Math.min(MAX_PACED_BATCH_BYTES, batchBytes * 2);
  return batchBytes;
}
