import { useState } from "react";

import type { Command } from "../../../../api/schemas.ts";
import { giveOrder } from "../../api/endpoints.ts";
import type { Order } from "../../api/endpoints.ts";
import type { ApiError } from "../../api/errors.ts";
import { asApiError } from "../../api/errors.ts";
import { useSurroundings } from "../../app/desk-context.tsx";
import { useCommand } from "./use-command.ts";

/** One order at a time, from its sending to the gateway's answer. */
export interface OrderUnderWay {
  readonly isSending: boolean;
  /** Why the fleet did not take the last one. */
  readonly error: ApiError | undefined;
  /** How the one stands that was taken last; undefined until one was. */
  readonly command: Command | undefined;
  readonly send: (order: Order, actor: string) => void;
}

/** Gives orders to a gateway and follows the last one. */
export function useOrder(gatewayId: string): OrderUnderWay {
  const { desk } = useSurroundings();
  const [taken, setTaken] = useState<Command>();
  const [isSending, setIsSending] = useState(false);
  const [error, setError] = useState<ApiError>();
  const newest = useCommand(taken?.id);
  const send = (order: Order, actor: string): void => {
    setIsSending(true);
    setError(undefined);
    const follow = (command: Command): void => {
      desk.learn({ kind: "event", name: "command", value: command });
      setTaken(command);
      setIsSending(false);
    };
    giveOrder(gatewayId, order, actor).then(follow, (reason: unknown) => {
      setError(asApiError(reason));
      setIsSending(false);
    });
  };
  return { isSending, error, command: newest ?? taken, send };
}
