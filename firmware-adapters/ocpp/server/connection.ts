import type { Clock } from "@outpost/kernel/clock.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { createRPCError, type RPCClient } from "ocpp-rpc";

import { LinkError } from "../../links/errors.ts";
import { LineMutex } from "../../links/line-mutex.ts";
import { OcppError } from "../errors.ts";
import type { OcppVersion, StationCall, StationConnection } from "../words.ts";
import { deviations } from "./schemas.ts";
import { tolerate } from "./tolerance.ts";

/** A call from the station: what it wants and what of it was let pass. */
export interface IncomingCall {
  readonly action: string;
  readonly payload: unknown;
  /** In what it is not as the standard has it. Counted and shown, never a reason to refuse. */
  readonly tolerated: readonly string[];
}

/** Answers a call: the result's payload. A throw becomes a CALLERROR; `NotImplemented` by an OcppError `ocpp/refused`. */
export type OnCall = (call: IncomingCall, signal: AbortSignal) => Promise<object>;

/** Calls of ours that may wait for one station. */
const MAX_WAITING = 50;
/** A station has so long to answer, and a call so long in all, its turn included: one mute answer must not hold a stop back. */
const ANSWER_WITHIN_MS = 15_000;
const CALL_WITHIN_MS = 30_000;
/** Nobody hears of it: it ends a wait. Made once, because an error costs more than the rest of a call. */
const ANSWERED = new Error("the call is over");
/** The standard's bound on an error's description. */
const MAX_DESCRIPTION = 255;

/** One charge point's WebSocket, with deadlines of our own. */
export class Connection implements StationConnection {
  readonly identity: string;
  readonly version: OcppVersion;
  readonly #client: RPCClient;
  readonly #clock: Clock;
  readonly #turn = new LineMutex({ maxWaiting: MAX_WAITING });
  readonly #closed = new AbortController();

  constructor(
    client: RPCClient,
    of: { readonly identity: string; readonly version: OcppVersion; readonly clock: Clock },
  ) {
    this.identity = of.identity;
    this.version = of.version;
    this.#client = client;
    this.#clock = of.clock;
    client.once("close", () => this.#closed.abort(new OcppError("ocpp/closed", `${of.identity} has hung up`)));
  }

  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** From now on the station's calls are answered. Must come in the turn in which the connection was made. */
  serve(onCall: OnCall): void {
    this.#client.handle(async ({ method = "", params, signal = this.closed }) => {
      const { payload, what } = tolerate(params);
      const wrong = deviations(this.version, method, "req", payload);
      const tolerated = what.length === 0 ? wrong : [...what, ...wrong];
      try {
        return await onCall({ action: method, payload, tolerated }, signal);
      } catch (error) {
        const code = error instanceof OcppError ? (error.errorCode ?? "InternalError") : "InternalError";
        // oxlint-disable-next-line typescript/only-throw-error -- it is an Error, whose types ocpp-rpc does not tell
        throw asError(createRPCError(code, asError(error).message.slice(0, MAX_DESCRIPTION), {}));
      }
    });
  }

  async call({ action, payload }: StationCall, signal: AbortSignal): Promise<unknown> {
    const wrong = deviations(this.version, action, "req", payload);
    if (wrong.length > 0) throw new OcppError("ocpp/bad-call", `${action}: ${wrong.join("; ")}`);
    const late = new AbortController();
    const done = new AbortController();
    const deadline = this.#clock.sleep(CALL_WITHIN_MS, done.signal).then(
      () => late.abort(new OcppError("ocpp/timeout", `${action}: ${this.identity} did not answer in time`)),
      () => {},
    );
    try {
      return await this.#callInTurn({ action, payload }, AbortSignal.any([signal, late.signal, this.closed]));
    } finally {
      done.abort(ANSWERED);
      await deadline;
    }
  }

  close(reason: string): void {
    // Ends at once: a station that is being replaced by its own new connection answers on the old one no more.
    this.#client.close({ code: 1001, reason, force: true }).catch(() => {});
  }

  async #callInTurn({ action, payload }: StationCall, signal: AbortSignal): Promise<unknown> {
    let release: (() => void) | undefined;
    try {
      release = await this.#turn.acquire("command", signal);
      signal.throwIfAborted();
      return await this.#client.call(action, payload, { callTimeoutMs: ANSWER_WITHIN_MS, signal });
    } catch (error) {
      signal.throwIfAborted();
      throw this.#translated(error, action);
    } finally {
      release?.();
    }
  }

  #translated(error: unknown, action: string): OcppError {
    const { message, name } = asError(error);
    const said = `${action}: ${message}`;
    if (error instanceof LinkError) return new OcppError("ocpp/busy", `${this.identity}: ${message}`, { cause: error });
    if (name === "TimeoutError") return new OcppError("ocpp/timeout", said, { cause: error });
    const errorCode = rpcErrorCode(error);
    if (errorCode !== undefined) return new OcppError("ocpp/refused", said, { cause: error, errorCode });
    return new OcppError("ocpp/closed", said, { cause: error });
  }
}

function rpcErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("rpcErrorCode" in error)) return undefined;
  return typeof error.rpcErrorCode === "string" ? error.rpcErrorCode : undefined;
}
