import type { Clock } from "@outpost/kernel/clock.ts";

import { LinkError } from "../../links/errors.ts";
import type { ByteLink, BytePort } from "../../links/link.ts";
import { CONTROL, encodeRead, encodeReadFollowing, type Answer } from "../codec.ts";
import { Dlt645Error, refusalError } from "../errors.ts";
import { awaitAnswer } from "./await-answer.ts";
import { UnansweredRequests } from "./unanswered.ts";

/** How to talk to one meter. */
export interface SessionSettings {
  readonly address: string;
  readonly timeoutMs: number;
  readonly wakeUpBytes: number;
}

/** Request and reply with one meter. Each read takes the line for itself, and never longer than its own exchanges. */
export interface MeterSession {
  /** How many times the meter has answered, whatever it was. Grows also by what a read asks on its way. */
  readonly answers: number;
  /**
   * Reads one data item.
   *
   * @param identifier  eight hexadecimal digits, DI3 first.
   * @returns           what follows the identifier, lowest byte first, over all frames of the answer.
   * @throws Dlt645Error `dlt645/timeout`, `dlt645/bad-frame`, `dlt645/refused`, `dlt645/unverified`; LinkError
   *         `link/down`, `link/busy`, `link/closed`; the signal's reason on abort.
   */
  read(identifier: string, signal: AbortSignal): Promise<Buffer>;
}

/** A serial server that carries no byte for so many requests is taken for half open, and connected anew. */
const SILENT_REQUESTS_BEFORE_RECONNECT = 5;
/** Further frames of one answer: 16 frames of 200 bytes are more than any item has. */
const MAX_FURTHER_FRAMES = 15;
/** Asked only to hear something else from a meter: its address, its number, its date, its time. */
const OTHER_IDENTIFIERS = ["04000401", "04000402", "04000101", "04000102"];

/**
 * Opens a session.
 *
 * An answer names its meter and its item, so it cannot be taken for another's. But a late answer looks like the answer
 * to the same item asked again, and would be a value from back then. Two rules keep that out. After a request that
 * was not answered properly the line is held until it has been silent for a whole timeout. And an item whose answer
 * may still come is not asked again before the meter has answered something else: since lines keep their order, the
 * late answer has come by then or never will.
 */
export function openMeterSession(link: ByteLink, settings: SessionSettings, clock: Clock): MeterSession {
  return new LineSession(link, settings, clock);
}

/** One request: what is sent, and which answer is meant. */
interface Request {
  readonly key: string;
  readonly identifier: string;
  readonly bytes: Buffer;
  readonly control: number;
  readonly sequence: number | undefined;
}

type DataAnswer = Extract<Answer, { readonly kind: "data" }>;

class LineSession implements MeterSession {
  readonly #link: ByteLink;
  readonly #settings: SessionSettings;
  readonly #clock: Clock;
  readonly #unanswered: UnansweredRequests;
  answers = 0;

  constructor(link: ByteLink, settings: SessionSettings, clock: Clock) {
    this.#link = link;
    this.#settings = settings;
    this.#clock = clock;
    this.#unanswered = link.shared(UnansweredRequests);
  }

  async read(identifier: string, signal: AbortSignal): Promise<Buffer> {
    return await this.#link.exclusive("poll", signal, async (port) => {
      const request = this.#readRequest(identifier);
      if (this.#mayStillCome(request)) await this.#hearSomethingElse(port);
      return await this.#readAllFrames(port, request);
    });
  }

  async #readAllFrames(port: BytePort, request: Request): Promise<Buffer> {
    let answer = await this.#exchange(port, request);
    const payloads = [answer.payload];
    for (let sequence = 1; answer.hasMore; sequence += 1) {
      if (sequence > MAX_FURTHER_FRAMES) {
        throw new Dlt645Error("dlt645/bad-frame", `item ${request.identifier} does not come to an end`);
      }
      answer = await this.#exchange(port, this.#furtherRequest(request.identifier, sequence));
      payloads.push(answer.payload);
    }
    return Buffer.concat(payloads);
  }

  /** Asks for other items until the meter gives one. A refusal names no item and proves nothing. */
  async #hearSomethingElse(port: BytePort): Promise<void> {
    for (const identifier of OTHER_IDENTIFIERS) {
      const request = this.#readRequest(identifier);
      if (this.#mayStillCome(request)) continue;
      try {
        await this.#exchange(port, request);
        return;
      } catch (error) {
        if (!(error instanceof Dlt645Error) || error.code !== "dlt645/unverified") throw error;
      }
    }
    throw new Dlt645Error("dlt645/unverified", "an earlier answer may still come that nothing tells from a new one");
  }

  async #exchange(port: BytePort, request: Request): Promise<DataAnswer> {
    const { address, timeoutMs } = this.#settings;
    if (!(await port.drain(this.#link.settings.gapMs, timeoutMs))) {
      throw new Dlt645Error("dlt645/bad-frame", "the line does not fall silent: something else talks on it");
    }
    const isDoubtful = this.#unanswered.anyFrom(address, this.#clock.monotonicMs());
    const answer = await this.#ask(port, request);
    this.answers += 1;
    this.#unanswered.lineSpoke();
    if (answer.kind === "data") {
      this.#unanswered.settled(address);
      return answer;
    }
    if (!isDoubtful) throw refusalError(answer.errorWord);
    // It may be the late refusal of an earlier request, and the answer to ours still to come.
    this.#note(request);
    throw new Dlt645Error("dlt645/unverified", "a refusal came that may belong to an earlier request");
  }

  async #ask(port: BytePort, request: Request): Promise<Exclude<Answer, { readonly kind: "address" }>> {
    const { address, timeoutMs } = this.#settings;
    try {
      await port.write(request.bytes);
      const isMeant = (answer: Answer): boolean => isAnswerTo(request, answer);
      const answer = await awaitAnswer(port, { address, timeoutMs, isMeant }, this.#clock);
      if (answer.kind === "address") throw new Dlt645Error("dlt645/bad-frame", "an address where none was asked for");
      return answer;
    } catch (error) {
      this.#note(request);
      await this.#settle(port, error);
      throw error;
    }
  }

  /** Holds the line until no answer of the failed request can come any more that would talk into the next one's. */
  async #settle(port: BytePort, error: unknown): Promise<void> {
    if (error instanceof LinkError && error.code === "link/down") return;
    const { timeoutMs } = this.#settings;
    // The silence counts from here: what was quiet while we waited may have been the meter thinking.
    await this.#clock.sleep(timeoutMs);
    await port.drain(timeoutMs, timeoutMs);
    if (!(error instanceof Dlt645Error && error.code === "dlt645/timeout")) return this.#unanswered.lineSpoke();
    const silentRequests = this.#unanswered.lineSilent();
    if (this.#link.kind !== "serial-server" || silentRequests < SILENT_REQUESTS_BEFORE_RECONNECT) return;
    this.#unanswered.lineSpoke();
    port.drop(`${silentRequests} requests without a byte in answer`);
  }

  #note(request: Request): void {
    const { address, timeoutMs } = this.#settings;
    this.#unanswered.note(address, request.key, { timeoutMs, nowMs: this.#clock.monotonicMs() });
  }

  #mayStillCome(request: Request): boolean {
    return this.#unanswered.mayStillCome(this.#settings.address, request.key, this.#clock.monotonicMs());
  }

  #readRequest(identifier: string): Request {
    const { address, wakeUpBytes } = this.#settings;
    const bytes = encodeRead(address, identifier, wakeUpBytes);
    return { key: identifier, identifier, bytes, control: CONTROL.read, sequence: undefined };
  }

  #furtherRequest(identifier: string, sequence: number): Request {
    const { address, wakeUpBytes } = this.#settings;
    const bytes = encodeReadFollowing(address, identifier, sequence, wakeUpBytes);
    return { key: `${identifier}/${sequence}`, identifier, bytes, control: CONTROL.readFollowing, sequence };
  }
}

function isAnswerTo({ control, identifier, sequence }: Request, answer: Answer): boolean {
  switch (answer.kind) {
    case "data":
      // Only answers to further reads carry a sequence, so this keeps the two kinds of read apart as well.
      return answer.identifier === identifier && answer.sequence === sequence;
    case "refused":
      return answer.function === control;
    case "address":
      return false;
  }
}
