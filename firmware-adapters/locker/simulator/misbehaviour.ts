import { unreachable } from "@outpost/kernel/never.ts";
import { z } from "zod";

import type { Act as InTurn } from "../../simulation/answer-in-turn.ts";
import { forRequests, garbled } from "../../simulation/misbehaviours.ts";

/** How answers go wrong, for the next `requests` answers. */
export const misbehaviour = z
  .discriminatedUnion("kind", [
    /** The right answer as it was when it was asked for, too late. */
    z.strictObject({ kind: z.literal("late"), delayMs: z.int().min(1).max(60_000) }),
    /** As many bytes as the answer has, all wrong. */
    z.strictObject({ kind: z.literal("garbage") }),
    z.strictObject({ kind: z.literal("silence") }),
    z.strictObject({ kind: z.literal("half-frame") }),
    /** The check byte alone is wrong. */
    z.strictObject({ kind: z.literal("broken-check") }),
    /** Byte by byte, with a pause before each. */
    z.strictObject({ kind: z.literal("in-pieces"), pauseMs: z.int().min(1).max(1_000) }),
    /** The connection is reset; on a serial line the same as silence. */
    z.strictObject({ kind: z.literal("reset") }),
  ])
  .and(forRequests);
export type Misbehaviour = z.infer<typeof misbehaviour>;

/** What a board does instead of simply answering. */
export type Act =
  | InTurn
  /** Sends later, and goes on meanwhile. */
  | { readonly kind: "send-later"; readonly bytes: Buffer; readonly ms: number };

/** Turns the right answer into what is done instead. */
export function misbehave(behaviour: Misbehaviour | undefined, bytes: Buffer): readonly Act[] {
  if (behaviour === undefined) return [{ kind: "send", bytes }];
  switch (behaviour.kind) {
    case "late":
      return [{ kind: "send-later", ms: behaviour.delayMs, bytes }];
    case "garbage":
      return [{ kind: "send", bytes: garbled(bytes) }];
    case "silence":
      return [];
    case "half-frame":
      return [{ kind: "send", bytes: bytes.subarray(0, bytes.length >> 1) }];
    case "broken-check": {
      const broken = Buffer.from(bytes);
      broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 0x55;
      return [{ kind: "send", bytes: broken }];
    }
    case "in-pieces":
      return [...bytes].flatMap((byte): Act[] => [
        { kind: "wait", ms: behaviour.pauseMs },
        { kind: "send", bytes: Buffer.of(byte) },
      ]);
    case "reset":
      return [{ kind: "hang-up" }];
    default:
      return unreachable(behaviour);
  }
}
