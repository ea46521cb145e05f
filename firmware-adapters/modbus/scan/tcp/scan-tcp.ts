import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../../links/errors.ts";
import type { Connection } from "../../../links/line.ts";
import type { TcpPort } from "../../../links/link.ts";
import { encodeRead } from "../../codec.ts";
import { EXCEPTION } from "../../errors.ts";
import { decodeIdentify, encodeIdentify, type Identification } from "../identification.ts";
import type { FoundUnit } from "../line/findings.ts";
import type { ScanPass } from "../plan.ts";
import { encodeMbap, MbapParser } from "./mbap.ts";

export interface TcpScanDeps {
  readonly clock: Clock;
  /** Makes a connection to the endpoint; some devices hang up on a unit id they do not know. */
  connect(signal: AbortSignal): Promise<Connection<TcpPort>>;
  onProbe(): void;
}

export interface TcpFindings {
  readonly found: readonly FoundUnit[];
  /** It answers to any unit id: one device, which does not look at it. Only the first ids were asked. */
  readonly isAnyUnit: boolean;
  /** Why it ended before its end: it does not accept, hangs up again and again, or speaks something else. */
  readonly error?: string;
}

/** Where so many unit ids in a row are answered there is one device behind all of them. */
const ANY_UNIT_AFTER = 16;
/** How long answers that are late are waited for at the end. */
const LATE_MS = 1_000;
/** Connections that may be lost one after the other without an answer on any. */
const MAX_LOSSES = 3;
const MAX_OBJECT_REQUESTS = 3;
/** A gateway's word for a unit that is not there, which for us is silence. */
const NOBODY: ReadonlySet<number> = new Set([EXCEPTION.gatewayPathUnavailable, EXCEPTION.gatewayTargetSilent]);

const PROBE = encodeRead({ table: "holding-register", address: 0, count: 1 });

/**
 * Asks every unit id of a pass behind one TCP endpoint. Reads only.
 *
 * @param signal  ends it early; what was found until then is the result, as where the endpoint is lost.
 */
export async function scanTcp(pass: ScanPass, deps: TcpScanDeps, signal: AbortSignal): Promise<TcpFindings> {
  await using endpoint = new Endpoint(pass, deps);
  const scan: TcpScan = { asked: 0, answers: new Map(), identifications: new Map() };
  let error: string | undefined;
  try {
    await probeAll(scan, endpoint, { pass, clock: deps.clock, onProbe: () => deps.onProbe() }, signal);
    for (const unitId of isAnyUnit(scan) ? [...scan.answers.keys()].slice(0, 1) : scan.answers.keys()) {
      const identification = signal.aborted ? undefined : await identify(endpoint, unitId, signal);
      if (identification !== undefined) scan.identifications.set(unitId, identification);
    }
  } catch (thrown) {
    if (!(thrown instanceof LinkError)) throw thrown;
    error = thrown.message;
  }
  const slow = new Set(endpoint.late.map(({ unitId }) => unitId));
  const found = [...scan.answers].map(([unitId, exceptionCode]) => ({
    unitId,
    exceptionCode,
    identification: scan.identifications.get(unitId),
    isSlow: slow.has(unitId),
  }));
  const isAny = isAnyUnit(scan);
  return { found: isAny ? found.slice(0, 1) : found, isAnyUnit: isAny, ...(error === undefined ? {} : { error }) };
}

interface TcpScan {
  asked: number;
  /** Who is there, and the code of a refusal. */
  readonly answers: Map<number, number | undefined>;
  readonly identifications: Map<number, Identification>;
}

interface Probing {
  readonly pass: ScanPass;
  readonly clock: Clock;
  readonly onProbe: () => void;
}

async function probeAll(
  scan: TcpScan,
  endpoint: Endpoint,
  { pass, clock, onProbe }: Probing,
  signal: AbortSignal,
): Promise<void> {
  const note = (unitId: number, pdu: Buffer): void => {
    const exceptionCode = exceptionOf(pdu);
    if (!NOBODY.has(exceptionCode ?? 0) && !scan.answers.has(unitId)) scan.answers.set(unitId, exceptionCode);
  };
  for (const unitId of pass.unitIds) {
    if (signal.aborted || isAnyUnit(scan)) break;
    const answer = await endpoint.ask(unitId, PROBE, signal);
    scan.asked += 1;
    onProbe();
    if (answer !== undefined) note(unitId, answer);
  }
  // Whoever was asked last may still be thinking.
  if (!isAnyUnit(scan)) await clock.sleep(LATE_MS, signal).catch(() => undefined);
  for (const { unitId, pdu } of endpoint.late) note(unitId, pdu);
}

function isAnyUnit({ asked, answers }: TcpScan): boolean {
  return asked >= ANY_UNIT_AFTER && answers.size === asked;
}

/** The code where a PDU is a refusal. */
function exceptionOf(pdu: Buffer): number | undefined {
  return pdu.readUInt8(0) >= 0x80 ? pdu.readUInt8(1) : undefined;
}

async function identify(endpoint: Endpoint, unitId: number, signal: AbortSignal): Promise<Identification | undefined> {
  let identification: Identification = {};
  let next: number | undefined = 0;
  for (let requests = 0; next !== undefined && requests < MAX_OBJECT_REQUESTS; requests += 1) {
    const pdu = await endpoint.ask(unitId, encodeIdentify(next), signal);
    const answer = pdu === undefined ? undefined : decodeIdentify(pdu);
    identification = { ...identification, ...answer?.found };
    next = answer?.nextObject;
  }
  return Object.keys(identification).length === 0 ? undefined : identification;
}

interface Open {
  readonly connection: Connection<TcpPort>;
  readonly parser: MbapParser;
}

/** One endpoint, connected anew where it hangs up. One request at a time. */
class Endpoint implements AsyncDisposable {
  readonly #pass: ScanPass;
  readonly #deps: TcpScanDeps;
  readonly #late: { readonly unitId: number; readonly pdu: Buffer }[] = [];
  #open: Open | undefined;
  #transactionId = 0;
  #losses = 0;
  #awaited: { readonly code: number; readonly resolve: (pdu: Buffer | undefined) => void } | undefined;

  constructor(pass: ScanPass, deps: TcpScanDeps) {
    this.#pass = pass;
    this.#deps = deps;
  }

  /** Answers that came after their time, by the unit that gave them. */
  get late(): readonly { readonly unitId: number; readonly pdu: Buffer }[] {
    return this.#late;
  }

  /** @returns the answer's PDU; undefined where none came in time, or the connection was lost instead. */
  async ask(unitId: number, pdu: Buffer, signal: AbortSignal): Promise<Buffer | undefined> {
    this.#open ??= await this.#connect(signal);
    const { connection } = this.#open;
    this.#transactionId = (this.#transactionId + 1) % 0x1_0000;
    const { promise, resolve } = Promise.withResolvers<Buffer | undefined>();
    const giveUp = (): void => resolve(undefined);
    const timer = setTimeout(giveUp, this.#pass.timeoutMs);
    this.#awaited = { code: pdu.readUInt8(0), resolve };
    for (const ends of [signal, connection.lost]) ends.addEventListener("abort", giveUp, { once: true });
    connection.port.socket.write(encodeMbap(this.#transactionId, unitId, pdu));
    try {
      const answer = await promise;
      if (answer !== undefined) this.#losses = 0;
      else if (connection.lost.aborted) await this.#noteLoss(connection.lost.reason);
      return answer;
    } finally {
      clearTimeout(timer);
      this.#awaited = undefined;
      for (const ends of [signal, connection.lost]) ends.removeEventListener("abort", giveUp);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open?.connection.close();
  }

  async #connect(signal: AbortSignal): Promise<Open> {
    const connection = await this.#deps.connect(signal);
    const parser = new MbapParser();
    connection.port.socket.on("data", (bytes: Buffer) => {
      for (const frame of parser.push(bytes)) this.#take(frame.transactionId, frame.unitId, frame.pdu);
      if (parser.isBroken) connection.port.drop("does not speak Modbus TCP");
    });
    return { connection, parser };
  }

  #take(transactionId: number, unitId: number, pdu: Buffer): void {
    const code = pdu.readUInt8(0) & 0x7f;
    if (transactionId === this.#transactionId && this.#awaited?.code === code) this.#awaited.resolve(pdu);
    else if (code === PROBE.readUInt8(0) && this.#late.length < this.#pass.unitIds.length) {
      this.#late.push({ unitId, pdu });
    }
  }

  async #noteLoss(reason: unknown): Promise<void> {
    const isBroken = this.#open?.parser.isBroken === true;
    await this.#open?.connection.close();
    this.#open = undefined;
    this.#losses += 1;
    if (isBroken || this.#losses >= MAX_LOSSES) {
      throw reason instanceof LinkError ? reason : new LinkError("link/down", String(reason));
    }
  }
}
