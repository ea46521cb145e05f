import { z } from "zod";

import type { CommandOutcome } from "../../event.ts";
import { OcppError } from "../errors.ts";
import type { StationCall, StationConnection } from "../words.ts";

const answered = z.object({ status: z.string().optional() }).loose();

/** Statuses by which a station says yes; `Scheduled` and `RebootRequired` say: yes, later; an answer without one: yes. */
const YES = new Set([
  "Accepted",
  "AcceptedCanceled",
  "Scheduled",
  "RebootRequired",
  "Unlocked",
  "EmptyResultSet",
  undefined,
]);
/** As much as the record of a command keeps. */
const MAX_DETAIL = 500;

/** How an answer is read. */
interface AnswerReading {
  readonly statusOf?: ((answer: unknown) => string | undefined) | undefined;
  readonly onYes?: (answer: unknown) => void;
}

/**
 * Asks a station for something on behalf of somebody. What it said stands in the detail.
 *
 * @param reading  `statusOf` takes the status out of an answer that has it elsewhere than in `status`; `onYes` takes
 *                 what else a good answer says.
 */
export async function ask(
  connection: StationConnection,
  call: StationCall,
  signal: AbortSignal,
  reading: AnswerReading = {},
): Promise<CommandOutcome> {
  const { statusOf = (one: unknown) => answered.safeParse(one).data?.status, onYes } = reading;
  try {
    const answer = await connection.call(call, signal);
    const detail = JSON.stringify(answer).slice(0, MAX_DETAIL);
    if (YES.has(statusOf(answer))) {
      onYes?.(answer);
      return { kind: "done", before: null, after: null, detail };
    }
    return { kind: "refused", reason: "refused-by-device", detail };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OcppError) return failed(error);
    throw error;
  }
}

/** What a call that failed means for whoever gave the order. */
function failed(error: OcppError): CommandOutcome {
  switch (error.code) {
    case "ocpp/refused":
      return { kind: "refused", reason: "refused-by-device", detail: error.message };
    case "ocpp/bad-call":
      return { kind: "refused", reason: "bad-arguments", detail: error.message };
    case "ocpp/busy":
      return { kind: "refused", reason: "busy", detail: error.message };
    case "ocpp/timeout":
    case "ocpp/closed":
    case "ocpp/bad-answer":
    case "ocpp/bad-settings":
      return { kind: "unconfirmed", detail: error.message, before: null };
  }
}
