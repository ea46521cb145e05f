import type { Command } from "../../../../api/schemas.ts";
import { isTextKey, say } from "../../i18n/catalogue.ts";
import type { Language } from "../../i18n/language.ts";

/** How an order from the desk stands, in words, with the gateway's reason in the reader's language where it has one. */
export function sayCommand(language: Language, { state, detail }: Pick<Command, "state" | "detail">): string {
  // What a called method has to say, for instance which door opened.
  if (state === "done" && detail !== null && detail !== "") return say(language, "command.doneWith", { detail });
  return say(language, `command.${state}`, { detail: sayReason(language, detail ?? "") });
}

/** A refusal comes as `reason: what the gateway adds`. The reason is put into words, the rest is left as it came. */
function sayReason(language: Language, detail: string): string {
  const [reason = "", ...rest] = detail.split(": ");
  const key = `reason.${reason}`;
  if (!isTextKey(key)) return detail === "" ? "—" : detail;
  const added = rest.join(": ");
  return added === "" ? say(language, key) : say(language, "reason.withDetail", { reason: say(language, key), added });
}

/** How long a selection stays armed, in milliseconds, where an answer says so. */
export function selectionLife({ state, detail }: Pick<Command, "state" | "detail">): number | undefined {
  const found = state === "selected" ? /operate within (\d{1,7}) ms/.exec(detail ?? "")?.[1] : undefined;
  return found === undefined ? undefined : Number(found);
}
