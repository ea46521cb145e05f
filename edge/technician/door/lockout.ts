const FREE = { person: 3, source: 10 } as const;
const FIRST_MS = 2_000;
/** Somebody on the network could lock a technician out: never for longer than this, and the command line lifts it. */
const MAX_MS = 900_000;

/** Whose wrong PINs are counted: a technician's, wherever they are typed, and an address's, whoever is named. */
export type Counted = keyof typeof FREE;

/**
 * How long nobody is let in after so many wrong PINs in a row: not at all after a few, then 2 s, 4 s, 8 s … 15 min.
 *
 * @returns milliseconds.
 */
export function lockMs(counted: Counted, failures: number): number {
  const beyond = failures - FREE[counted];
  return beyond < 0 ? 0 : Math.min(MAX_MS, FIRST_MS * 2 ** Math.min(beyond, 20));
}
