import { unreachable } from "@outpost/kernel/never.ts";
import { z } from "zod";

import type { Framing, Request } from "./framing.ts";
import { exceptionPdu } from "./pdu.ts";

/** How answers go wrong, for the next `requests` requests. */
export const misbehaviour = z
  .discriminatedUnion("kind", [
    /** The right answer, too late; on a serial line it may look like the answer to the next request. */
    z.strictObject({ kind: z.literal("late"), delayMs: z.int().min(1).max(60_000) }),
    /** As many bytes as the answer has, all wrong. */
    z.strictObject({ kind: z.literal("garbage") }),
    /** The right answer under the next unit's id. */
    z.strictObject({ kind: z.literal("wrong-unit") }),
    z.strictObject({ kind: z.literal("exception"), code: z.int().min(1).max(255) }),
    z.strictObject({ kind: z.literal("half-frame") }),
    /** The connection is reset in the middle of the request; on a serial line the same as silence. */
    z.strictObject({ kind: z.literal("reset") }),
    z.strictObject({ kind: z.literal("silence") }),
  ])
  .and(z.object({ requests: z.int().min(1).max(100_000).default(1) }));
export type Misbehaviour = z.infer<typeof misbehaviour>;

/** What the server does instead of simply answering. */
export type Act =
  | { readonly kind: "send"; readonly bytes: Buffer }
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "hang-up" };

const MAX_PLANNED = 100;

/** The misbehaviours to come, first planned, first done. */
export class Misbehaviours {
  #planned: Misbehaviour[] = [];

  /** How many requests will still be treated badly. */
  get left(): number {
    return this.#planned.reduce((sum, one) => sum + one.requests, 0);
  }

  /** @returns whether there was room for one more. */
  plan(next: Misbehaviour): boolean {
    if (this.#planned.length >= MAX_PLANNED) return false;
    this.#planned.push(next);
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
    this.#planned = first.requests > 1 ? [{ ...first, requests: first.requests - 1 }, ...others] : others;
    return first;
  }
}

/** Turns the right answer into what is done instead. */
export function misbehave(behaviour: Misbehaviour | undefined, answer: Request, framing: Framing): readonly Act[] {
  const bytes = framing.encode(answer);
  if (behaviour === undefined) return [{ kind: "send", bytes }];
  switch (behaviour.kind) {
    case "late":
      return [
        { kind: "wait", ms: behaviour.delayMs },
        { kind: "send", bytes },
      ];
    case "garbage":
      return [{ kind: "send", bytes: Buffer.from(bytes.map((byte, index) => byte ^ (0xa5 + index))) }];
    case "wrong-unit":
      return [{ kind: "send", bytes: framing.encode({ ...answer, unitId: (answer.unitId + 1) & 0xff }) }];
    case "exception": {
      const pdu = exceptionPdu(answer.pdu[0] ?? 0, behaviour.code);
      return [{ kind: "send", bytes: framing.encode({ ...answer, pdu }) }];
    }
    case "half-frame":
      return [{ kind: "send", bytes: bytes.subarray(0, bytes.length >> 1) }];
    case "reset":
      return [{ kind: "hang-up" }];
    case "silence":
      return [];
    default:
      return unreachable(behaviour);
  }
}
