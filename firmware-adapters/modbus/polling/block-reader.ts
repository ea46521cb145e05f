import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import { lineFailure, type LineFailure } from "../../links/line-failure.ts";
import type { ReadRequest, Words } from "../codec.ts";
import { EXCEPTION, ModbusError } from "../errors.ts";
import type { Session } from "../session/session.ts";

/** What became of reading one block. */
export type BlockOutcome =
  | { readonly kind: "words"; readonly words: Words }
  /** "Illegal address" or "illegal value": another cut of the same registers may do. */
  | { readonly kind: "not-so"; readonly detail: string }
  /** The unit is there and refuses. */
  | { readonly kind: "refused"; readonly detail: string }
  /** Nothing that could be understood came back for this block. */
  | { readonly kind: "unanswered"; readonly reason: "timeout" | "bad-frame"; readonly detail: string }
  | LineFailure;

export interface BlockReaderDeps {
  readonly session: Session;
  readonly clock: Clock;
}

/** A busy unit is asked again so often; half a dozen seconds of work is more than a register read is worth. */
const MAX_BUSY_TRIES = 4;
const BUSY_WAIT = { firstMs: 200, maxMs: 800 };

/**
 * Reads one block, asking again where that makes sense: once after a lost or garbled answer, a few times while the
 * unit says that it is busy. Reads may be repeated freely; writes never are.
 *
 * @param maxTries  1 for a probe of a silent unit, 2 otherwise.
 * @throws LinkError `link/closed`, or the signal's reason.
 */
export async function readBlock(
  request: ReadRequest,
  maxTries: number,
  { session, clock }: BlockReaderDeps,
  signal: AbortSignal,
): Promise<BlockOutcome> {
  const busyWait = new Backoff(BUSY_WAIT);
  for (let lostTries = 1; ;) {
    try {
      return { kind: "words", words: await session.read(request, "poll", signal) };
    } catch (error) {
      if (isBusy(error) && busyWait.tries < MAX_BUSY_TRIES) {
        await clock.sleep(busyWait.nextMs(), signal);
        continue;
      }
      const outcome = outcomeOf(error);
      if (outcome.kind !== "unanswered" || lostTries >= maxTries) return outcome;
      lostTries += 1;
    }
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof ModbusError &&
    (error.exceptionCode === EXCEPTION.acknowledge || error.exceptionCode === EXCEPTION.deviceBusy)
  );
}

function outcomeOf(error: unknown): BlockOutcome {
  if (error instanceof LinkError) return lineFailure(error);
  if (!(error instanceof ModbusError)) throw error;
  const detail = error.message;
  switch (error.code) {
    case "modbus/timeout":
      return { kind: "unanswered", reason: "timeout", detail };
    case "modbus/bad-frame":
    case "modbus/unverified":
      return { kind: "unanswered", reason: "bad-frame", detail };
    case "modbus/exception":
      return refusal(error.exceptionCode ?? 0, detail);
    case "modbus/bad-settings":
    case "modbus/bad-value":
      throw error;
  }
}

function refusal(exceptionCode: number, detail: string): BlockOutcome {
  switch (exceptionCode) {
    case EXCEPTION.illegalAddress:
    case EXCEPTION.illegalValue:
      return { kind: "not-so", detail };
    case EXCEPTION.gatewayPathUnavailable:
    case EXCEPTION.gatewayTargetSilent:
      // The gateway in between answers: the unit is down, the connection is not.
      return { kind: "unreachable", reason: "timeout", detail };
    default:
      return { kind: "refused", detail };
  }
}
