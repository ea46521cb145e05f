import type { DeviceDeps } from "../../adapter.ts";
import type { DeviceEvent } from "../../event.ts";
import type { ListenerLink, Peer } from "../../links/link.ts";
import { PointBoard } from "../../point-board.ts";
import { Presence } from "../../receiving/presence.ts";
import { boundedDetails } from "../../receiving/recording/details.ts";
import { Records } from "../../receiving/recording/records.ts";
import { Tasks } from "../../receiving/tasks.ts";
import { ZonedTime, type LocalTime } from "../../receiving/time/zoned-time.ts";
import { encodeFrame, type EndOfFrame, type Frame } from "../codec.ts";
import { encodeTime } from "../message/bcd.ts";
import { parseBody, type Body, type Group } from "../message/body.ts";
import { functionOf, isReport } from "../message/functions.ts";
import type { StationPoints } from "../points.ts";
import type { Sl651Settings } from "../settings.ts";
import { Packets } from "./packets.ts";
import { Requests, type RequestResult } from "./requests.ts";
import { detailsOf, Values } from "./values.ts";

export interface StationOptions {
  readonly deviceId: string;
  readonly settings: Sl651Settings;
  readonly points: StationPoints;
}

const MAX_HEX_CHARS = 256;
const MAX_SERIAL = 0xffff;

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
  readonly #requests: Requests;
  readonly #packets = new Packets();
  readonly #tasks = new Tasks();
  /** How the station last addressed us, for requests. */
  #last: Pick<Frame, "centre" | "station" | "password"> | undefined;
  #serial = 0;

  /** @param signal  the device's life. */
  constructor(options: StationOptions, link: ListenerLink, deps: DeviceDeps, signal: AbortSignal) {
    const { deviceId, settings, points } = options;
    const { clock } = deps;
    this.#options = options;
    this.#deps = deps;
    this.#signal = signal;
    const all = [...points.elements, ...points.states];
    this.#board = new PointBoard(deviceId, all, { clock, publish: (event) => deps.publish(event) });
    // Most stations call for each report and hang up: only their silence says that they are lost.
    const { supervisionMs, liveWithinMs } = settings;
    this.#presence = new Presence(this.#board, { supervisionMs, hangUpGraceMs: undefined, clock, link });
    this.#values = new Values(points.elements, settings.states, this.#board, this.#presence);
    this.#zone = new ZonedTime(settings.timeZone);
    const pointIds = all.map(({ id }) => id);
    this.#records = new Records({ deviceId, pointIds, liveWithinMs }, this.#board, deps, signal);
    this.#requests = new Requests(clock);
  }

  /** The device's loops. */
  begin(): readonly Promise<unknown>[] {
    const { elements, states } = this.#options.points;
    for (const { id } of [...elements, ...states]) {
      this.#board.bad(id, "not-yet-read", "the station has not called yet");
    }
    return [this.#presence.run(this.#signal), this.#tasks.run(this.#signal)];
  }

  /** Takes a frame that bears this station's address. @returns false where its password or centre is not ours. */
  take(frame: Frame, peer: Peer): boolean {
    const { password, centre } = this.#options.settings;
    if (password !== undefined && frame.password !== password) return false;
    if (centre !== undefined && frame.centre !== centre) return false;
    this.#presence.heard(peer);
    this.#last = frame;
    this.#tasks.begin(
      frame.part === undefined ? this.#receive(frame, frame.body, peer) : this.#gather(frame, frame.part, peer),
    );
    return true;
  }

  /** Asks the station for something; see `Requests`. `body` stands behind our serial number and time. */
  async ask(code: number, signal: AbortSignal): Promise<RequestResult | { readonly kind: "offline" }> {
    const { peer } = this.#presence;
    const last = this.#last;
    if (peer === undefined || last === undefined) return { kind: "offline" };
    this.#serial = (this.#serial % MAX_SERIAL) + 1;
    const body = bodyOf(this.#serial, this.#localNow());
    const send = (): void => {
      peer.send(
        encodeFrame({ ...addressOf(last), direction: "down", function: code, part: undefined, body, end: "enq" }),
      );
    };
    return await this.#requests.ask(code, send, this.#options.settings.answerTimeoutMs, signal);
  }

  /** The instant that a station's time is; undefined for one that does not exist. */
  instantOf(time: LocalTime | undefined): number | undefined {
    return time && this.#zone.instantOf(time);
  }

  async #gather(frame: Frame, { count, no }: NonNullable<Frame["part"]>, peer: Peer): Promise<void> {
    const isLast = frame.end === "etx";
    if (functionOf(frame.function).kind === "picture") {
      // Not even gathered: pictures are not kept. Told so at the end, or the station would send it again and again.
      if (isLast) await this.#refusePicture(frame, count, peer);
      return;
    }
    const packet = { function: frame.function, count, no, body: frame.body, isLast };
    const step = this.#packets.add(packet, this.#deps.clock.monotonicMs());
    switch (step.kind) {
      case "waits":
        return;
      case "refused":
        this.#deps.log.warn("a message of several packets is too long", {
          station: frame.station,
          reason: step.reason,
        });
        return;
      case "missing":
        this.#answer(frame, bodyOf(0, this.#localNow()), { end: "nak", part: { count, no: step.no } }, peer);
        return;
      case "whole":
        await this.#receive(frame, step.body, peer);
    }
  }

  async #receive(frame: Frame, bytes: Buffer, peer: Peer): Promise<void> {
    const body = parseBody(bytes, frame.function);
    if (body === undefined) {
      this.#deps.log.warn("a frame without a serial number and time", { station: frame.station });
      return;
    }
    const isAnswer = this.#requests.answer(frame.function, body);
    const { kind } = functionOf(frame.function);
    if (kind === "keep-alive" || (isAnswer && kind === "other")) return;
    if (kind === "picture") {
      await this.#refusePicture(frame, 1, peer);
      return;
    }
    const events = (): readonly DeviceEvent[] => this.#eventsOf(frame.function, body, bytes);
    if (!isReport(frame.function) || !this.#options.settings.isAnswered) {
      this.#records.publish(events());
    } else if (await this.#records.commit({ key: keyOf(frame, body), events })) {
      this.#acknowledge(frame, body, peer);
    }
  }

  #eventsOf(code: number, body: Body, bytes: Buffer): readonly DeviceEvent[] {
    const { kind, record } = functionOf(code);
    const head = { function: hexByte(code), serial: body.serial };
    if (!body.isUnderstood || kind === "other") {
      const hex = bytes.toString("hex").slice(0, MAX_HEX_CHARS);
      const isCut = bytes.length * 2 > MAX_HEX_CHARS;
      const name = body.isUnderstood ? "message" : "unreadable-report";
      return [this.#records.happened(name, { ...head, hex, isCut })];
    }
    const { groups } = body;
    if (kind === "values") return groups.flatMap((group) => this.#valueEvents(group, body, head, record));
    return [this.#records.happened(record ?? "message", this.#details(head, groups, body))];
  }

  #valueEvents(group: Group, body: Body, head: Head, record: string | undefined): readonly DeviceEvent[] {
    const measuredAtMs = this.instantOf(group.observedAt ?? body.sentAt);
    const details = this.#details(head, [group], body);
    if (measuredAtMs === undefined) return [this.#records.happened("undated-data", details)];
    const verdict = this.#records.judge(measuredAtMs);
    if (verdict === "historic") return [this.#records.happened("historic-data", details)];
    const measurements = this.#values.measure(group.elements);
    return [
      ...measurements,
      this.#values.clockWrong(verdict === "clock-ahead"),
      ...(record === undefined ? [] : [this.#records.happened(record, details)]),
    ];
  }

  #details(head: Head, groups: readonly Group[], body: Body) {
    const measuredAtMs = this.instantOf(groups[0]?.observedAt ?? body.sentAt);
    const ours = { ...head, ...(measuredAtMs === undefined ? {} : { measuredAtMs }) };
    return boundedDetails(ours, detailsOf(groups.flatMap(({ elements }) => elements)));
  }

  async #refusePicture(frame: Frame, packets: number, peer: Peer): Promise<void> {
    const details = { function: hexByte(frame.function), packets };
    this.#records.publish([this.#records.happened("picture-refused", details)]);
    this.#answer(frame, bodyOf(0, this.#localNow()), { end: "eot", part: frame.part }, peer);
  }

  #acknowledge(frame: Frame, body: Body, peer: Peer): void {
    const { staysOnline } = this.#options.settings;
    const end = frame.end === "etb" && frame.part === undefined ? "ack" : staysOnline ? "esc" : "eot";
    const { count } = frame.part ?? {};
    // Stations set their clocks by our answers: a doubtful time is not given, they get their own back.
    const isConfident = this.#deps.clock.now().confidence !== "doubtful";
    const time = isConfident || body.sentAt === undefined ? this.#localNow() : body.sentAt;
    const part = count === undefined ? undefined : { count, no: count };
    this.#answer(frame, bodyOf(body.serial, time), { end, part }, peer);
  }

  #answer(
    frame: Frame,
    body: Buffer,
    how: { readonly end: EndOfFrame; readonly part: Frame["part"] },
    peer: Peer,
  ): void {
    peer.send(encodeFrame({ ...addressOf(frame), direction: "down", function: frame.function, body, ...how }));
  }

  #localNow(): LocalTime {
    return this.#zone.localOf(this.#deps.clock.now().wallMs);
  }
}

interface Head {
  readonly function: string;
  readonly serial: number;
}

function addressOf({ centre, station, password }: Pick<Frame, "centre" | "station" | "password">) {
  return { centre, station, password };
}

/** Serial number and time, with which every text begins. */
function bodyOf(serial: number, time: LocalTime): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(serial);
  return Buffer.concat([bytes, encodeTime(time)]);
}

/** Station, function, serial number, time of sending and of observation. */
function keyOf({ station, function: code }: Frame, { serial, sentAtDigits, groups }: Body): string {
  const observed = groups[0]?.observedAt;
  const minute = observed === undefined ? "-" : encodeTime(observed).toString("hex").slice(0, 10);
  return `${station}/${hexByte(code)}/${serial}/${sentAtDigits}/${minute}`;
}

function hexByte(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
