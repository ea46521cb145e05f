import assert from "node:assert";
import { randomBytes } from "node:crypto";

import { Backoff } from "@outpost/kernel/backoff.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
// NOREPLY is behind the default: it is spread into the exports, where Node does not find its name.
import ocppRpc, { createRPCError, RPCClient } from "ocpp-rpc";

import { deviations } from "../../server/schemas.ts";
import type { OcppVersion, StationCall } from "../../words.ts";
import { isSpoiling, spoilt, wellBehaved } from "./misbehaviour.ts";

/** Why a call of the station got no result. `refused`: a CALLERROR; `lost`: no answer, or the line went away. */
export class LineError extends Error {
  override readonly name = "LineError";
  readonly code: "offline" | "lost" | "refused";

  constructor(code: LineError["code"], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Answers the central side's call. @returns undefined where the station does not know the action. */
export type Answer = (action: string, payload: unknown) => object | undefined | Promise<object | undefined>;

export interface LineOptions {
  /** `ws://` or `wss://`, without the identity. */
  readonly url: string;
  readonly identity: string;
  /** The AuthorizationKey: sent as it is. */
  readonly key?: string | undefined;
  readonly version: OcppVersion;
  /** How long the central side may take to answer. */
  readonly callTimeoutMs: number;
  /** The first pause before a new try to connect; it grows to twenty times as much. */
  readonly reconnectMs: number;
  /** As Node.js' TLS options `ca`, `cert` and `key`. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined;
}

export interface LineDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly onAnswer: Answer;
  /** The line is up; what it does is over before the line counts as usable by others. */
  onOpen(): void;
  onClose(): void;
}

const LOOK_EVERY_MS = 500;
const MAX_DEVIATIONS = 50;

/** A charge point's WebSocket to its central system: it comes back by itself, and keeps nothing of what failed. */
export class Line {
  misbehaviour = wellBehaved();
  #options: LineOptions;
  readonly #deps: LineDeps;
  /** In what the central side's messages were not as their schemas have them. */
  readonly #deviations: string[] = [];
  readonly #counts = { connects: 0, refusals: 0, asked: 0, called: 0 };
  #client: RPCClient | undefined;
  #stayAwayUntilMs = 0;

  constructor(options: LineOptions, deps: LineDeps) {
    this.#options = options;
    this.#deps = deps;
  }

  get isUp(): boolean {
    return this.#client !== undefined;
  }

  state(): object {
    const { isUp } = this;
    return { isConnected: isUp, ...this.#counts, deviations: this.#deviations };
  }

  /** Connects, and again whenever the line is lost, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#deps;
    const { reconnectMs, identity } = this.#options;
    const backoff = new Backoff({ firstMs: reconnectMs, maxMs: 20 * reconnectMs });
    for (;;) {
      await this.#stayAway(signal);
      try {
        await this.#connectOnce(signal, () => backoff.reset());
      } catch (error) {
        signal.throwIfAborted();
        this.#counts.refusals += 1;
        log.debug("no connection", { identity, reason: asError(error).message });
      }
      signal.throwIfAborted();
      await clock.sleep(backoff.nextMs(), signal);
    }
  }

  /** Drops the line at once and stays away for so long. */
  cut(forMs: number): void {
    this.#stayAwayUntilMs = this.#deps.clock.monotonicMs() + forMs;
    this.#client?.close({ force: true }).catch(() => {});
  }

  /** Ends a connection in the proper way; it comes back at once. */
  hangUp(): void {
    this.#client?.close({ code: 1000 }).catch(() => {});
  }

  /** Ends a connection, and calls so from now on. */
  callAs(change: Partial<Pick<LineOptions, "url" | "key" | "tls">>): void {
    this.#options = { ...this.#options, ...change };
    this.hangUp();
  }

  /** Sends bytes that are no message. @returns whether there was a line to send them on. */
  sendGarbage(bytes: number): boolean {
    this.#client?.sendRaw(randomBytes(bytes).toString("latin1"));
    return this.isUp;
  }

  /**
   * Calls the central side.
   *
   * @returns the result, whatever it is.
   * @throws LineError
   */
  async call({ action, payload }: StationCall): Promise<unknown> {
    const client = this.#client;
    if (client === undefined || this.misbehaviour.isSilent) throw new LineError("offline", `${action}: no line`);
    this.#check(action, payload);
    this.#counts.called += 1;
    let result: unknown;
    try {
      result = await client.call(action, spoilt(payload, this.misbehaviour));
    } catch (error) {
      const { message } = asError(error);
      const isRefusal = typeof error === "object" && error !== null && "rpcErrorCode" in error;
      // A line that went away is no answer, and no try either.
      if (client.state !== RPCClient.OPEN) throw new LineError("offline", `${action}: ${message}`, { cause: error });
      throw new LineError(isRefusal ? "refused" : "lost", `${action}: ${message}`, { cause: error });
    }
    this.#note(action, "conf", result);
    return result;
  }

  async #stayAway(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    for (;;) {
      const leftMs = this.#stayAwayUntilMs - clock.monotonicMs();
      if (leftMs <= 0) return;
      // Not in one go: somebody may put the cable back.
      await clock.sleep(Math.min(leftMs, LOOK_EVERY_MS), signal);
    }
  }

  async #connectOnce(signal: AbortSignal, onOpen: () => void): Promise<void> {
    const client = newClient(this.#options);
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    client.on("close", () => resolve());
    client.on("socketError", () => {});
    client.handle(async ({ method = "", params }) => this.#answer(method, params));
    const onAbort = (): void => {
      client.close({ force: true }).catch(() => {});
      resolve();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await client.connect();
      if (client.protocol !== this.#options.version) throw new LineError("refused", "no version in common");
      this.#client = client;
      this.#counts.connects += 1;
      onOpen();
      this.#deps.onOpen();
      await closed;
    } finally {
      signal.removeEventListener("abort", onAbort);
      if (this.#client === client) {
        this.#client = undefined;
        this.#deps.onClose();
      }
      client.close({ force: true }).catch(() => {});
    }
  }

  async #answer(action: string, payload: unknown): Promise<Record<string, unknown>> {
    if (this.misbehaviour.isSilent) return ocppRpc.NOREPLY;
    this.#counts.asked += 1;
    this.#note(action, "req", payload);
    const answer = await this.#deps.onAnswer(action, payload);
    if (answer === undefined) {
      // oxlint-disable-next-line typescript/only-throw-error -- it is an Error, whose types ocpp-rpc does not tell
      throw createRPCError("NotImplemented", `there is no ${action} here`, {});
    }
    const wrong = deviations(this.#options.version, action, "conf", answer);
    assert(wrong.length === 0, `${action}.conf: ${wrong.join("; ")}`);
    return { ...answer };
  }

  /** What we send is as the standard has it, unless we were told to spoil it. */
  #check(action: string, payload: object): void {
    if (isSpoiling(this.misbehaviour)) return;
    const wrong = deviations(this.#options.version, action, "req", payload);
    assert(wrong.length === 0, `${action}: ${wrong.join("; ")} in ${JSON.stringify(payload)}`);
  }

  #note(action: string, direction: "req" | "conf", payload: unknown): void {
    const found = deviations(this.#options.version, action, direction, payload);
    if (found.length === 0 || this.#deviations.length >= MAX_DEVIATIONS) return;
    this.#deviations.push(`${action}.${direction}: ${found.join("; ")}`);
  }
}

const PING_EVERY_MS = 30_000;

function newClient({ url, identity, key, version, callTimeoutMs, tls }: LineOptions): RPCClient {
  return new RPCClient({
    endpoint: url.replace(/\/+$/, ""),
    identity,
    protocols: [version],
    password: key ?? null,
    callTimeoutMs,
    reconnect: false,
    maxReconnects: 0,
    pingIntervalMs: PING_EVERY_MS,
    deferPingsOnActivity: true,
    respondWithDetailedErrors: false,
    callConcurrency: 1,
    maxBadMessages: Number.POSITIVE_INFINITY,
    strictMode: false,
    strictModeValidators: [],
    wsOpts: { handshakeTimeout: 10_000, ...tls },
    headers: {},
    backoff: { initialDelay: 1_000, maxDelay: 10_000, factor: 2, randomisationFactor: 0 },
  });
}
