import { unreachable } from "@outpost/kernel/never.ts";
import { z } from "zod";

import type { Act } from "../../../simulation/answer-in-turn.ts";
import { forRequests, garbled } from "../../../simulation/misbehaviours.ts";
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
  .and(forRequests);
export type Misbehaviour = z.infer<typeof misbehaviour>;

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
      return [{ kind: "send", bytes: garbled(bytes) }];
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
