import { randomBytes } from "node:crypto";

import type { z } from "zod";

import type { Command, commandBody } from "../../api/schemas.ts";

/** How long the sample gateway leaves a selection armed. */
export const SELECTED_FOR_MS = 30_000;

/** How the sample gateway ends an order: a code of its own, a door that jams, and everything else as asked. */
export function endingOf(
  given: z.infer<typeof commandBody>["order"],
): Pick<Command, "state" | "detail" | "selectionId"> {
  const plain = { detail: "", selectionId: null };
  switch (given.kind) {
    case "select":
      return {
        state: "selected",
        detail: `operate within ${SELECTED_FOR_MS} ms`,
        selectionId: randomBytes(16).toString("hex"),
      };
    case "cancel":
      return { ...plain, state: "cancelled" };
    case "call":
      if (given.methodId !== "redeem-code" || given.arguments["code"] === "12345678") {
        return { ...plain, state: "done", detail: given.methodId === "redeem-code" ? "door 4 is open" : "" };
      }
      return { ...plain, state: "refused", detail: "bad-arguments: this is no code of this cabinet" };
    case "write":
      if (given.pointId !== "door12.open") return { ...plain, state: "done" };
      return { ...plain, state: "unconfirmed", detail: "the board did not say whether it opened" };
    case "operate":
    case "acknowledge":
    case "shelve":
    case "unshelve":
    case "shelve-rule":
    case "unshelve-rule":
      return { ...plain, state: "done" };
  }
}
