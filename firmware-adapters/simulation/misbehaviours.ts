import { z } from "zod";

/** For how many requests a device misbehaves in one way: the part that every misbehaviour's schema has. */
export const forRequests = z.object({ requests: z.int().min(1).max(100_000).default(1) });

const MAX_PLANNED = 100;

/** The misbehaviours to come, first planned, first done. */
export class Misbehaviours<Misbehaviour extends z.infer<typeof forRequests>> {
  #planned: { readonly what: Misbehaviour; readonly left: number }[] = [];

  /** How many requests will still be treated badly. */
  get left(): number {
    return this.#planned.reduce((sum, { left }) => sum + left, 0);
  }

  /** @returns whether there was room for one more. */
  plan(what: Misbehaviour): boolean {
    if (this.#planned.length >= MAX_PLANNED) return false;
    this.#planned.push({ what, left: what.requests });
    return true;
  }

  /** Behaves from now on. */
  clear(): void {
    this.#planned = [];
  }

  /** What to do to the request that has just come, if anything. */
  take(): Misbehaviour | undefined {
    const [first, ...others] = this.#planned;
    if (first === undefined) return undefined;
    this.#planned = first.left > 1 ? [{ ...first, left: first.left - 1 }, ...others] : others;
    return first.what;
  }
}

/** As many bytes, all wrong. */
export function garbled(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (0xa5 + index)));
}
