import { Alert } from "antd";
import type { ReactNode } from "react";

import type { Command } from "../../../../api/schemas.ts";
import { useSpeech } from "../../app/desk-context.tsx";
import { sayCommand } from "./command-text.ts";

interface CommandOutcomeProps {
  readonly command: Command;
}

/** What became of an order: under way, done, or not, with the reason. */
export function CommandOutcome({ command }: CommandOutcomeProps): ReactNode {
  const { language } = useSpeech();
  const isWell = command.state === "done" || command.state === "cancelled";
  const type = isWell ? "success" : command.state === "sent" ? "info" : "warning";
  return <Alert role="status" type={type} showIcon title={sayCommand(language, command)} />;
}
