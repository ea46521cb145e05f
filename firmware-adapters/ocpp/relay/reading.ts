import type { Verdict } from "../authorisation/authorisation.ts";
import { isRecord } from "../protocol/raw.ts";
import type { IncomingCall } from "../server/connection.ts";
import { deviations } from "../server/schemas.ts";
import { tolerate } from "../server/tolerance.ts";
import type { OcppVersion } from "../words.ts";
import { isProfileCall } from "./foreign-profiles.ts";
import type { Frame } from "./line/frames.ts";

type Call = Extract<Frame, { readonly kind: "call" }>;

/** What upstream said to a call of the station. */
export interface UpstreamAnswer {
  readonly transactionId: number | undefined;
  readonly verdict: Verdict;
}

/** What is done with what passes. Each returns at once and never throws. */
export interface ReadingHost {
  /** Reads a call of the station. @param answer  what upstream said, for calls that it decides. */
  read(call: IncomingCall, answer: UpstreamAnswer | undefined): void;
  /** Something passed that is not as the standard has it. */
  tolerated(action: string, what: readonly string[]): void;
  /** Upstream has answered a call: it is there. */
  upstreamAnswered(): void;
  /** Upstream lets the station go on after its boot. */
  bootAccepted(): void;
  /** The station has accepted a charging profile of upstream's, or the clearing of some. */
  profileAccepted(action: string, payload: unknown): void;
}

/** Calls that wait for their answers on either side: more than one at a time is against the standard already. */
const MAX_WAITING = 16;

/**
 * Reads what passes on a relayed line. The station's calls are read by the very code that would answer them where we are
 * its central system; the answer is thrown away. What upstream decides is read when upstream has decided.
 */
export class Reading {
  readonly #version: OcppVersion;
  readonly #host: ReadingHost;
  /** The station's calls whose answer matters. */
  readonly #fromStation = new Map<string, IncomingCall>();
  /** Upstream's calls whose answer matters. */
  readonly #fromUpstream = new Map<string, Call>();

  constructor(version: OcppVersion, host: ReadingHost) {
    this.#version = version;
    this.#host = host;
  }

  /** One message that has passed. Returns at once and never throws. */
  onFrame(from: "station" | "upstream", frame: Frame): void {
    if (from === "station") this.#saidByStation(frame);
    else this.#saidByUpstream(frame);
  }

  #saidByStation(frame: Frame): void {
    switch (frame.kind) {
      case "call": {
        const { payload, what } = tolerate(frame.payload);
        const tolerated = [...what, ...deviations(this.#version, frame.action, "req", payload)];
        const call = { action: frame.action, payload, tolerated };
        this.#host.tolerated(frame.action, tolerated);
        if (isAnswerRead(call)) remember(this.#fromStation, frame.id, call);
        if (!isDecidedUpstream(call)) this.#host.read(call, undefined);
        return;
      }
      case "result": {
        const asked = taken(this.#fromUpstream, frame.id);
        if (asked !== undefined && isRecord(frame.payload) && frame.payload["status"] === "Accepted") {
          this.#host.profileAccepted(asked.action, asked.payload);
        }
        return;
      }
      case "error":
        this.#fromUpstream.delete(frame.id);
        return;
      case "foreign":
        this.#host.tolerated("no message", ["no message of OCPP"]);
    }
  }

  #saidByUpstream(frame: Frame): void {
    switch (frame.kind) {
      case "call":
        if (isProfileCall(frame.action)) remember(this.#fromUpstream, frame.id, frame);
        return;
      case "result": {
        this.#host.upstreamAnswered();
        const call = taken(this.#fromStation, frame.id);
        if (call === undefined) return;
        if (isDecidedUpstream(call)) this.#host.read(call, answerIn(frame.payload));
        else if (isRecord(frame.payload) && frame.payload["status"] === "Accepted") this.#host.bootAccepted();
        return;
      }
      case "error":
        // It will be sent again, or not: nothing was decided.
        this.#fromStation.delete(frame.id);
        return;
      case "foreign":
    }
  }
}

/** A start has its number from upstream, and whoever shows a tag there is told whether it may charge. */
function isDecidedUpstream({ action, payload }: IncomingCall): boolean {
  if (action === "StartTransaction") return true;
  return action === "TransactionEvent" && isRecord(payload) && payload["idToken"] !== undefined;
}

function isAnswerRead(call: IncomingCall): boolean {
  return call.action === "BootNotification" || isDecidedUpstream(call);
}

function answerIn(payload: unknown): UpstreamAnswer {
  if (!isRecord(payload)) return { transactionId: undefined, verdict: "Accepted" };
  const { transactionId, idTagInfo, idTokenInfo } = payload;
  const tag = idTagInfo ?? idTokenInfo;
  return {
    transactionId: typeof transactionId === "number" ? transactionId : undefined,
    verdict: isRecord(tag) ? verdictOf(tag["status"]) : "Accepted",
  };
}

const VERDICTS: readonly Verdict[] = ["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"];

/** 2.0.1 has more words for no than we. */
function verdictOf(status: unknown): Verdict {
  return VERDICTS.find((one) => one === status) ?? "Invalid";
}

function remember<T>(calls: Map<string, T>, id: string, call: T): void {
  const [oldest] = calls.keys();
  if (calls.size >= MAX_WAITING && oldest !== undefined) calls.delete(oldest);
  calls.set(id, call);
}

function taken<T>(calls: Map<string, T>, id: string): T | undefined {
  const call = calls.get(id);
  calls.delete(id);
  return call;
}
