import type { Command } from "../../../../api/schemas.ts";
import { askCommand } from "../../api/endpoints.ts";
import { useQuery } from "../../api/use-query.ts";
import { useDesk } from "../../app/desk-context.tsx";
import { useNowMs } from "../../app/use-now.ts";

const ASK_AGAIN_MS = 3_000;
const NONE = "";

/** How an order stands. The live stream brings its result at once; where that was cut meanwhile, asking does. */
export function useCommand(commandId: string | undefined): Command | undefined {
  const { feed } = useDesk();
  const heard = commandId === undefined ? undefined : feed.commands.get(commandId)?.value;
  const isOpen = commandId !== undefined && (heard === undefined || heard.state === "sent");
  const lookedAtMs = useNowMs(ASK_AGAIN_MS);
  const asked = useQuery<Command | undefined>(
    commandId ?? NONE,
    async (signal) => (isOpen ? await askCommand(commandId, signal) : undefined),
    isOpen ? lookedAtMs : "settled",
  );
  return isOpen ? (asked.last ?? heard) : heard;
}
