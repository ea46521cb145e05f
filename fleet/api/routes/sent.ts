import { unreachable } from "@outpost/kernel/never.ts";

import type { Sent } from "../../commands/send-command.ts";
import { ApiError } from "../problems.ts";
import type { Command } from "../schemas.ts";

/** The command that went out. @throws ApiError `gateway/unknown` or one of `command/…` where none did. */
export function commandOrProblem(sent: Sent): Command {
  switch (sent.kind) {
    case "sent":
      return sent.command;
    case "unknown-gateway":
      throw new ApiError("gateway/unknown", "there is no such gateway");
    case "offline":
      throw new ApiError("command/gateway-offline", "the gateway is offline; orders are not kept for later");
    case "id-taken":
      throw new ApiError("command/id-taken", "another command has this id");
    case "not-sent":
      throw new ApiError("command/not-sent", `the order did not go out: ${sent.reason}`);
    default:
      return unreachable(sent);
  }
}
