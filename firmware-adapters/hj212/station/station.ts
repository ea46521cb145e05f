import { crc32 } from "node:zlib";

import type { DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent, Occurrence } from "../../event.ts";
import type { ListenerLink, Peer } from "../../links/link.ts";
import { PointBoard } from "../../point-board.ts";
import { Presence } from "../../receiving/presence.ts";
import type { QuantityPoint } from "../../receiving/quantities.ts";
import { boundedDetails } from "../../receiving/recording/details.ts";
import { Records } from "../../receiving/recording/records.ts";
import { Tasks } from "../../receiving/tasks.ts";
import { ZonedTime } from "../../receiving/time/zoned-time.ts";
import { encodeFrame } from "../codec.ts";
import { CN, commandOf } from "../message/commands.ts";
import { decimal } from "../message/readings.ts";
import { encodeSegment, FLAG, parseParameters, type Message, type Parameters } from "../message/segment.ts";
import { formatTime, parseTime } from "../message/station-time.ts";
import { STATE_POINTS } from "../points.ts";
import type { Hj212Settings } from "../settings.ts";
import { Parts, type Dropped } from "./parts.ts";
import { Requests, type RequestResult } from "./requests.ts";
import { Values } from "./values.ts";

export interface StationOptions {
  readonly deviceId: string;
  readonly settings: Hj212Settings;
  readonly points: readonly QuantityPoint[];
}

const TIDY_EVERY_MS = 30_000;

/** One station of the site: what it sends becomes events, and is answered once it is written down. */
export class Station {
  readonly #options: StationOptions;
  readonly #deps: DeviceDeps;
  readonly #signal: AbortSignal;
  readonly #board: PointBoard;
  readonly #presence: Presence;
  readonly #values: Values;
  readonly #zone: ZonedTime;
  readonly #records: Records;
  readonly #parts: Parts;
  readonly #requests: Requests;
  readonly #tasks = new Tasks();
  /** How the station last wrote its head, for requests. */
  #last: Pick<Message, "st" | "pw" | "flag"> | undefined;

  /** @param signal  the device's life. */
  constructor(options: StationOptions, link: ListenerLink, deps: DeviceDeps, signal: AbortSignal) {
    const { deviceId, settings, points } = options;
    const { clock } = deps;
    this.#options = options;
    this.#deps = deps;
    this.#signal = signal;
    this.#board = new PointBoard(deviceId, [...points, ...STATE_POINTS], {
      clock,
      publish: (event) => deps.publish(event),
    });
    this.#presence = new Presence(this.#board, { ...settings, clock, link });
    this.#values = new Values(points, settings.source === "realtime" ? "Rtd" : "Avg", this.#board, this.#presence);
    this.#zone = new ZonedTime(settings.timeZone);
    const { liveWithinMs } = settings;
    this.#records = new Records({ deviceId, pointIds: this.#pointIds, liveWithinMs }, this.#board, deps, signal);
    this.#parts = new Parts(deps.memory, clock.monotonicMs());
    this.#requests = new Requests(clock, this.#zone);
  }

  get #pointIds(): readonly string[] {
    return [...this.#options.points, ...STATE_POINTS].map(({ id }) => id);
  }

  /** The device's loops. */
  begin(): readonly Promise<unknown>[] {
    for (const id of this.#pointIds) {
      this.#board.bad(id, "not-yet-read", "the station has not called yet");
    }
    return [this.#presence.run(this.#signal), this.#tidy(), this.#tasks.run(this.#signal)];
  }

  /** Takes a message that bears this station's number. @returns false where its password is wrong. */
  take(message: Message, peer: Peer): boolean {
    const { password } = this.#options.settings;
    if (password !== undefined && message.pw !== password) return false;
    if (this.#board.state !== "online") this.#values.forget();
    this.#presence.heard(peer);
    if (message.st !== "91") this.#last = message;
    this.#last ??= message;
    const isAnswer = this.#requests.answer(message) && (message.flag & FLAG.asksAnswer) === 0;
    if (isAnswer || isBareAnswer(message.cn)) return true;
    this.#tasks.begin(this.#receive(message, peer));
    return true;
  }

  /** Asks the station for something; see `Requests`. */
  async ask(cn: number, cp: string, signal: AbortSignal): Promise<RequestResult | { readonly kind: "offline" }> {
    const { peer } = this.#presence;
    if (peer === undefined || this.#last === undefined) return { kind: "offline" };
    const { st, pw, flag } = this.#last;
    const { mn, answerTimeoutMs } = this.#options.settings;
    const head = { st, cn, pw, mn, flag: (flag & FLAG.edition) | FLAG.asksAnswer, part: undefined, cp };
    return await this.#requests.ask((qn) => send(peer, { ...head, qn }), answerTimeoutMs, signal);
  }

  /** Sets the station's clock to ours. The caller has seen to it that ours can be trusted. */
  async setTime(signal: AbortSignal): Promise<RequestResult | { readonly kind: "offline" }> {
    return await this.ask(CN.setTime, `SystemTime=${formatTime(this.#deps.clock.now().wallMs, this.#zone)}`, signal);
  }

  /** When the station's own clock says that it is, from its answer to CN 1011. */
  timeSaid(answers: readonly Message[]): number | undefined {
    const said = answers.map(({ cp }) => parseParameters(cp).plain.get("SystemTime"));
    return parseTime(
      said.find((text) => text !== undefined),
      this.#zone,
    );
  }

  async #receive(message: Message, peer: Peer): Promise<void> {
    // A part that bears no QN cannot be told from another message's; it is taken for a message of its own.
    if (message.part !== undefined && message.qn !== "") await this.#receivePart(message, message.part, peer);
    else await this.#deliver(message, { peer, cp: message.cp, rows: {} });
  }

  async #receivePart(message: Message, { count, no }: NonNullable<Message["part"]>, peer: Peer): Promise<void> {
    const { qn, cn, cp } = message;
    const step = this.#parts.add({ qn, cn, count, no, cp, digest: digestOf(cp) }, this.#deps.clock.monotonicMs());
    switch (step.kind) {
      case "refused":
        this.#deps.log.warn("a split message is too long", { mn: message.mn, reason: step.reason });
        return;
      case "repeated":
        this.#acknowledge(message, peer);
        return;
      case "waits": {
        const events = (): readonly DeviceEvent[] => step.dropped.map((dropped) => this.#incomplete(dropped));
        if (await this.#records.commit({ key: keyOf(message), rows: step.rows, events })) {
          this.#acknowledge(message, peer);
        }
        return;
      }
      case "whole":
        await this.#deliver(message, { peer, cp: step.cp, rows: step.rows, onCommitted: step.finish });
    }
  }

  /** Publishes what a whole message says; where the station asks for an answer, or parts wait on disk, by a commit. */
  async #deliver(message: Message, { peer, cp, rows, onCommitted }: Delivery): Promise<void> {
    const parameters = parseParameters(cp);
    const events = (): readonly DeviceEvent[] => this.#eventsOf(message, parameters);
    const isAsked = (message.flag & FLAG.asksAnswer) !== 0;
    if (!isAsked && message.part === undefined) {
      this.#records.publish(events());
    } else {
      if (!(await this.#records.commit({ key: keyOf(message), rows, events }))) return;
      onCommitted?.();
      this.#acknowledge(message, peer);
    }
    if (message.cn === CN.asksTime) this.#answerTime();
  }

  #eventsOf(message: Message, parameters: Parameters): readonly DeviceEvent[] {
    const { source } = this.#options.settings;
    const moves = message.cn === (source === "realtime" ? CN.realtime : CN.minute);
    if (moves) return this.#liveEvents(message, parameters);
    const { record } = commandOf(message.cn);
    return record === undefined ? [] : [this.#occurrence(record, message, parameters)];
  }

  #liveEvents(message: Message, parameters: Parameters): readonly DeviceEvent[] {
    const said = parameters.plain.get("DataTime") ?? message.qn;
    const measuredAtMs = parseTime(said.slice(0, 14), this.#zone);
    if (measuredAtMs === undefined) return [this.#occurrence("undated-data", message, parameters)];
    const verdict = this.#records.judge(measuredAtMs);
    if (verdict === "historic") return [this.#occurrence("historic-data", message, parameters)];
    const measurements = this.#values.measure(parameters);
    return [...measurements, this.#values.clockWrong(verdict === "clock-ahead")];
  }

  #occurrence(name: string, { cn, qn }: Message, { plain, factors }: Parameters): Occurrence {
    const theirs = [
      ...[...plain].map(([field, text]) => [field, text] as const),
      ...[...factors].flatMap(([code, fields]) =>
        [...fields].map(([field, text]) => [`${code}-${field}`, decimal(text) ?? text] as const),
      ),
    ];
    const measuredAtMs = parseTime(plain.get("DataTime")?.slice(0, 14), this.#zone);
    const ours = { cn, qn, ...(measuredAtMs === undefined ? {} : { measuredAtMs }) };
    return this.#records.happened(name, boundedDetails(ours, theirs));
  }

  #incomplete({ qn, cn, have, count }: Dropped): Occurrence {
    return this.#records.happened("incomplete-data", { qn, cn, have, count });
  }

  #acknowledge(message: Message, peer: Peer): void {
    const { qn, cn, pw, mn, flag, part } = message;
    if ((flag & FLAG.asksAnswer) === 0) return;
    const answerFlag = (flag & FLAG.edition) | (part === undefined ? 0 : FLAG.isSplit);
    send(peer, { qn, st: "91", cn: commandOf(cn).answer, pw, mn, flag: answerFlag, part, cp: "" });
  }

  /** The station has asked for the time: it is set, where ours can be trusted. */
  #answerTime(): void {
    if (this.#deps.clock.now().confidence === "doubtful") return;
    this.#tasks.begin(this.#setTimeAsAsked());
  }

  async #setTimeAsAsked(): Promise<void> {
    try {
      const { kind } = await this.setTime(this.#signal);
      this.#deps.log.info("the station asked for the time", { device: this.#options.deviceId, result: kind });
    } catch (error) {
      // The device was closed meanwhile.
      if (error !== this.#signal.reason) throw error;
    }
  }

  async #tidy(): Promise<void> {
    const { clock, memory, log } = this.#deps;
    for (;;) {
      await clock.sleep(TIDY_EVERY_MS, this.#signal);
      const { dropped, rows } = this.#parts.expire(clock.monotonicMs());
      for (const one of dropped) this.#deps.publish(this.#incomplete(one));
      if (Object.keys(rows).length === 0) continue;
      // Rows that stay are met again after a restart, and given up again.
      await memory.save(rows).catch((error: unknown) => log.warn("parts not deleted", { reason: String(error) }));
    }
  }
}

interface Delivery {
  readonly peer: Peer;
  readonly cp: string;
  readonly rows: Readonly<Record<string, string | null>>;
  readonly onCommitted?: () => void;
}

/** Answers that belong to no request of ours any more, and answers to answers. */
function isBareAnswer(cn: number): boolean {
  return cn === CN.requestAnswer || cn === CN.executionResult || cn === CN.noticeAnswer || cn === CN.dataAnswer;
}

/** The digest keeps apart what a station with a clock that stands sends under one QN. */
function keyOf({ mn, qn, cn, part, cp }: Message): string {
  return `${mn}/${qn}/${cn}/${part?.no ?? 0}/${digestOf(cp)}`;
}

function digestOf(cp: string): string {
  return crc32(cp).toString(16).padStart(8, "0");
}

function send(peer: Peer, message: Message): void {
  peer.send(encodeFrame(encodeSegment(message)));
}
