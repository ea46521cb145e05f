import type { Command } from "../../../../api/schemas.ts";
import { say } from "../../i18n/catalogue.ts";
import type { Language } from "../../i18n/language.ts";

/** How an order from the desk stands, in words. */
export function sayCommand(language: Language, command: Pick<Command, "state" | "detail">): string {
  return say(language, `command.${command.state}`, { detail: command.detail ?? "—" });
}
