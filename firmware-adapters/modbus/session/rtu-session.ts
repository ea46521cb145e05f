import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { ByteLink, BytePort, LinkPriority } from "../../links/link.ts";
import { checkWritten, decodeRead, encodeRead, encodeWrite, readByteCount } from "../codec.ts";
import type { ReadRequest, Words, WriteRequest } from "../codec.ts";
import { ModbusError } from "../errors.ts";
import { LateAnswers, answerShape } from "./late-answers.ts";
import { encodeFrame, findFrame } from "./rtu-frame.ts";
import type { Session, SessionSettings } from "./session.ts";
import { unmistakableReads } from "./unmistakable-reads.ts";

/** A serial server that carries no byte for so many requests is taken for half open, and connected anew. */
const SILENT_REQUESTS_BEFORE_RECONNECT = 5;

/**
 * Opens an RTU session.
 *
 * An RTU answer does not say to which request it belongs, so a late one can pass for the next one's. Two rules keep
 * that out. After a request that was not answered properly the line is held until it has been silent for a whole
 * timeout. And while an unanswered request's answer may still come, nothing is asked whose answer would look the same:
 * the registers are read in pieces of other lengths instead.
 */
export function openRtuSession(link: ByteLink, settings: SessionSettings, clock: Clock): Session {
  const late = link.shared(LateAnswers);
  const line = { ...settings, gapMs: gapMs(link), isServer: link.kind === "serial-server", late, clock };
  return {
    read: (request, priority, signal) => link.exclusive(priority, signal, (port) => read(port, line, request)),
    write: async (request: WriteRequest, priority: LinkPriority, signal: AbortSignal) => {
      const pdu = await link.exclusive(priority, signal, (port) => exchange(port, line, encodeWrite(request), 5));
      checkWritten(pdu, request);
    },
  };
}

/**
 * The silence kept before a request: what the site file says, and at least the standard's 3.5 characters of 11 bits.
 *
 * @see MODBUS over Serial Line V1.02, section 2.5.1.1
 */
function gapMs({ settings }: ByteLink): number {
  if (settings.kind === "serial-server") return settings.gapMs;
  const silenceMs = settings.baudRate > 19_200 ? 1.75 : (3.5 * 11 * 1_000) / settings.baudRate;
  return Math.max(settings.gapMs, silenceMs);
}

interface RtuLine extends SessionSettings {
  readonly gapMs: number;
  readonly isServer: boolean;
  readonly late: LateAnswers;
  readonly clock: Clock;
}

async function read(port: BytePort, line: RtuLine, request: ReadRequest): Promise<Words> {
  const nowMs = line.clock.monotonicMs();
  const isTaken = (one: ReadRequest): boolean =>
    line.late.mayStillCome(answerShape(line.unitId, encodeRead(one), 2 + readByteCount(one)), nowMs);
  if (!isTaken(request)) return await readOnce(port, line, request);
  const words: number[] = [];
  const pieces = unmistakableReads(request, isTaken);
  if (pieces === undefined) throw unverified(request);
  for (const piece of pieces) {
    const part = await readOnce(port, line, piece).catch((error: unknown) => {
      // Only the longer piece asks for registers that nobody asked for, so its refusal says nothing about ours.
      const isRefusal = error instanceof ModbusError && error.code === "modbus/exception";
      throw isRefusal && piece.count > request.count ? unverified(request) : error;
    });
    const skip = Math.max(0, request.address - piece.address);
    words.push(...part.slice(skip, skip + request.count));
  }
  return words;
}

function unverified({ table, address }: ReadRequest): ModbusError {
  return new ModbusError(
    "modbus/unverified",
    `a late answer may still come that could not be told from the one for ${table} ${address}`,
  );
}

async function readOnce(port: BytePort, line: RtuLine, request: ReadRequest): Promise<Words> {
  const pdu = await exchange(port, line, encodeRead(request), 2 + readByteCount(request));
  return decodeRead(pdu, request);
}

/** @returns the PDU of an answer of the length asked for, or of a refusal. */
async function exchange(port: BytePort, line: RtuLine, pdu: Buffer, length: number): Promise<Buffer> {
  if (!(await port.drain(line.gapMs, line.timeoutMs))) {
    throw new ModbusError("modbus/bad-frame", "the line does not fall silent: something else talks on it");
  }
  const shape = answerShape(line.unitId, pdu, length);
  const isDoubtful = line.late.anyFrom(line.unitId, line.clock.monotonicMs());
  try {
    await port.write(encodeFrame(line.unitId, pdu));
    const answer = await awaitAnswer(port, line, { code: pdu.readUInt8(0), length });
    line.late.lineAnswered();
    // A refusal looks the same for every request of its function code: it may be a late one, and ours still to come.
    if (answer.length !== length && isDoubtful) line.late.note(shape, line);
    return answer;
  } catch (error) {
    line.late.note(shape, line);
    await settle(port, line, error);
    throw error;
  }
}

interface Awaited {
  readonly code: number;
  readonly length: number;
}

async function awaitAnswer(port: BytePort, line: RtuLine, { code, length }: Awaited): Promise<Buffer> {
  const deadlineMs = line.clock.monotonicMs() + line.timeoutMs;
  let bytes: Buffer = Buffer.alloc(0);
  let foreign = 0;
  for (;;) {
    const found = findFrame(bytes, line.unitId);
    if (found === undefined) {
      const leftMs = deadlineMs - line.clock.monotonicMs();
      const came = leftMs > 0 ? await nextBytes(port, leftMs) : undefined;
      if (came === undefined) throw noAnswer(bytes, foreign, line);
      bytes = Buffer.concat([bytes, came]);
    } else if (isAnswer(found.pdu, code, length)) {
      return found.pdu;
    } else {
      // A whole frame of this unit, but to another request: a late one. Ours may follow.
      foreign += 1;
      bytes = found.rest;
    }
  }
}

function isAnswer(pdu: Buffer, code: number, length: number): boolean {
  return (pdu[0] === code && pdu.length === length) || pdu[0] === (code | 0x80);
}

/** @returns undefined when nothing came in time. */
async function nextBytes(port: BytePort, timeoutMs: number): Promise<Uint8Array | undefined> {
  try {
    return await port.read(timeoutMs);
  } catch (error) {
    if (error instanceof LinkError && error.code === "link/timeout") return undefined;
    throw error;
  }
}

function noAnswer(bytes: Buffer, foreign: number, line: RtuLine): ModbusError {
  const unit = `unit ${line.unitId}`;
  if (foreign > 0) return new ModbusError("modbus/bad-frame", `${unit} answered to an earlier request only`);
  if (bytes.length === 0) return new ModbusError("modbus/timeout", `${unit} was silent for ${line.timeoutMs} ms`);
  const seen = bytes.subarray(0, 16).toString("hex");
  return new ModbusError("modbus/bad-frame", `no frame of ${unit} in ${bytes.length} bytes: ${seen}`);
}

/** Holds the line until no answer of the failed request can come any more that would meet the next one. */
async function settle(port: BytePort, line: RtuLine, error: unknown): Promise<void> {
  if (error instanceof LinkError && error.code === "link/down") return;
  // The silence counts from here: what was quiet while we waited may have been the unit thinking.
  await line.clock.sleep(line.timeoutMs);
  await port.drain(line.timeoutMs, line.timeoutMs);
  const isSilent = error instanceof ModbusError && error.code === "modbus/timeout";
  const silentRequests = isSilent ? line.late.lineSilent() : line.late.lineAnswered();
  if (line.isServer && silentRequests >= SILENT_REQUESTS_BEFORE_RECONNECT) {
    line.late.lineAnswered();
    port.drop(`${silentRequests} requests without a byte in answer`);
  }
}
