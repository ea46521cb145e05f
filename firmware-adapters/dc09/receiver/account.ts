import type { CommitRequest, DeviceDeps } from "../../adapter.ts";
import { eventTime, type DeviceEvent, type Occurrence } from "../../event.ts";
import type { LinkStatus } from "../../links/link.ts";
import { ContentCipher } from "../codec/cipher.ts";
import { encodeAck, encodeDuh, encodeNak } from "../codec/encode.ts";
import type { CrcForm } from "../codec/frame-parser.ts";
import type { Header, Message } from "../codec/message.ts";
import { isInWindow } from "../codec/timestamp.ts";
import type { PanelEvent } from "../events/panel-event.ts";
import { meaningOf } from "../events/parse-events.ts";
import { eventDetails, unreadableDetails } from "../messages/details.ts";
import { openMessage, type OpenedMessage, type Protection, type Unreadable } from "../messages/open-message.ts";
import type { Identity, Now, Taken } from "../messages/retransmission.ts";
import { TAKEN_ROW, TakenMessages } from "../messages/taken-messages.ts";
import { PanelPoints } from "../points/panel-points.ts";
import type { Dc09Settings } from "../settings.ts";
import { Presence } from "./presence.ts";
import { Tally } from "./tally.ts";

/** A message as the receiver found it, and the way back to its sender. */
export interface Received {
  readonly message: Message;
  readonly crcForm: CrcForm;
  /** Host and port, for the log. */
  readonly from: string;
  /** Sends a body back where the message came from. */
  reply(body: string): void;
}

type Refusal = Unreadable | "wrong-time" | "binary-crc" | "too-many-under-way" | "not-committed" | "not-restored";

/** Messages of one account that are being written down at a time; what comes beyond is not acknowledged and comes again. */
const MAX_UNDER_WAY = 64;
/** Ways by which one message came, each answered. */
const MAX_ANSWERS = 16;
/** A disk that hangs gathers no more than this; what was left out goes with the next. */
const MAX_SAVING = 32;
const LOOK_EVERY_MS = 3_600_000;
const RESTORE_EVERY_MS = 1_000;

/** One account of a receiver: what its panel sends becomes points and occurrences, and is acknowledged when it is on disk. */
export class Account {
  readonly settings: Dc09Settings;
  readonly points: PanelPoints;
  readonly #deviceId: string;
  readonly #deps: DeviceDeps;
  readonly #signal: AbortSignal;
  readonly #protection: Protection;
  readonly #presence: Presence;
  readonly #taken: TakenMessages;
  readonly #tally: Tally<Refusal>;
  /** By key: who waits for the commit. */
  readonly #underWay = new Map<string, (() => void)[]>();
  readonly #writing = new Set<Promise<void>>();
  #saving = 0;
  #wake = (): void => undefined;

  /** @param signal  the device's life. */
  constructor(deviceId: string, settings: Dc09Settings, deps: DeviceDeps, signal: AbortSignal) {
    this.#deviceId = deviceId;
    this.settings = settings;
    this.#deps = deps;
    this.#signal = signal;
    this.#protection = { cipher: cipherOf(settings), acceptsPlain: settings.acceptsPlain };
    this.points = new PanelPoints(deviceId, settings, deps);
    this.points.restore();
    this.#presence = new Presence(settings, deps, this.points);
    this.#taken = new TakenMessages(deps.memory);
    this.#tally = new Tally(deps);
  }

  onLink(status: LinkStatus): void {
    this.#presence.onLink(status);
    this.#wake();
  }

  /** Takes a message of this account. Never throws, whatever it says. */
  receive(received: Received): void {
    const { message, crcForm } = received;
    if (this.#signal.aborted) return;
    // To those who do not take it, such a CRC is a wrong one, and a wrong one is met with silence.
    if (crcForm === "binary" && !this.settings.acceptsBinaryCrc) return this.#refuse("binary-crc", received);
    const opened = openMessage(message, this.#protection);
    if (typeof opened === "string") {
      this.#refuse(opened, received);
      return received.reply(encodeDuh(message.header, undefined, this.#wallMs()));
    }
    if (!this.#isTimely(message.header, opened, received)) return;
    if (this.#presence.phase !== "present") this.#wake();
    this.#presence.heard();
    if (opened.events?.length === 0) this.#takeSupervision(received);
    else this.#takeEvents(received, opened);
  }

  /** Looks after what comes with time, until `signal` aborts and all is written. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      while (!signal.aborted) {
        await this.#untilDue(signal);
        this.#look(this.#deps.clock.monotonicMs());
      }
    } finally {
      await Promise.all(this.#writing);
    }
  }

  /** Ends everything that the panel has reported and not taken back. @throws DeviceError where the disk does not take it. */
  async forget(actor: string): Promise<void> {
    const { clock, memory } = this.#deps;
    this.points.forgetAll();
    const rows = this.points.rows();
    await memory.save(rows);
    this.points.noteWritten(rows);
    const forgotten = { kind: "occurrence", deviceId: this.#deviceId, name: "conditions-forgotten" } as const;
    this.#deps.publish({ ...forgotten, details: { actor }, ...eventTime(clock.now()) });
    if (this.#presence.phase === "present") this.points.showAll();
  }

  /** Whether the message's time may be believed; if not, its sender has been told. */
  #isTimely(header: Header, opened: OpenedMessage, received: Received): boolean {
    const { digest } = opened;
    const { sentAtMs } = opened.content;
    const now = this.#now();
    if (!this.settings.isTimeChecked || sentAtMs === undefined || !now.isClockConfident) return true;
    if (isInWindow(sentAtMs, now.wallMs)) return true;
    // What is on our disk needs no new time: its sender only has not heard it yet. It is no sign of life, though, for
    // anybody can send a recorded message again.
    const same = this.#taken.isKnown
      ? this.#taken.findSame({ sequence: header.sequence, digest, sentAtMs })
      : undefined;
    if (same?.isCommitted === true) {
      received.reply(this.#verdict(received, opened.events !== undefined));
      return false;
    }
    const offS = Math.round((sentAtMs - now.wallMs) / 1_000);
    this.#refuse("wrong-time", received, `its clock is ${Math.abs(offS)} s ${offS > 0 ? "ahead" : "behind"}`);
    received.reply(encodeNak(now.wallMs));
    return false;
  }

  #takeSupervision(received: Received): void {
    const { sequence } = received.message.header;
    if (sequence !== "0000" && this.#taken.isKnown) this.#taken.overtake(sequence);
    received.reply(this.#verdict(received, true));
    this.#save(this.#presence.row());
  }

  #takeEvents(received: Received, opened: OpenedMessage): void {
    const { header } = received.message;
    if (!this.#taken.isKnown) {
      // The alarm is raised here and now; whether it is new nobody can tell yet, so its panel must send it again.
      for (const event of opened.events ?? []) for (const one of this.#pointsOf(event)) this.#deps.publish(one);
      return this.#refuse("not-restored", received);
    }
    const identity = { sequence: header.sequence, digest: opened.digest, sentAtMs: opened.content.sentAtMs };
    const now = this.#now();
    const answer = (): void => received.reply(this.#verdict(received, opened.events !== undefined));
    const repeated = this.#taken.hearAgain(identity, now, this.settings.retransmitWithinMs);
    const waiting = repeated && this.#underWay.get(repeated.key);
    if (waiting !== undefined) {
      if (waiting.length < MAX_ANSWERS) waiting.push(answer);
      return;
    }
    if (repeated?.isCommitted === true) return this.#acknowledge(repeated.key, [answer]);
    if (this.#underWay.size >= MAX_UNDER_WAY) return this.#refuse("too-many-under-way", received);
    const { key } = repeated ?? this.#takeIn(identity, header, now);
    this.#underWay.set(key, [answer]);
    const before = this.points.conditions;
    const events = this.#eventsOf(header, opened);
    const rows = { [TAKEN_ROW]: this.#taken.row(key), ...this.#presence.row(), ...this.points.rows() };
    const after = this.points.conditions;
    // What was committed long ago was not published now, and must not show.
    const onKnown = (): void => this.points.revert(after, before);
    const writing = this.#commit({ key, events, rows }, received, onKnown).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  #takeIn(identity: Identity, header: Header, now: Now): Taken {
    // A message that gives its time is known by it for ever; of another, that it came now is all there is.
    const when =
      identity.sentAtMs === undefined ? `@${Math.round(now.wallMs)}` : new Date(identity.sentAtMs).toISOString();
    return this.#taken.add(
      identity,
      `${header.account.toUpperCase()}-${identity.sequence}-${identity.digest}-${when}`,
      now,
    );
  }

  async #commit(request: CommitRequest, received: Received, onKnown: () => void): Promise<void> {
    try {
      if ((await this.#deps.commit(request, this.#signal)) === "known") onKnown();
      else this.points.noteWritten(pointRows(request.rows ?? {}));
    } catch (error) {
      // Not acknowledged, so that the panel sends it again, here or to its other receiver; there is nothing else to do.
      this.#underWay.delete(request.key);
      if (!this.#signal.aborted) this.#refuse("not-committed", received, String(error));
      return;
    }
    this.#taken.note(request.key, { isCommitted: true });
    const answers = this.#underWay.get(request.key) ?? [];
    this.#underWay.delete(request.key);
    if (!this.#signal.aborted) this.#acknowledge(request.key, answers);
  }

  #acknowledge(key: string, answers: readonly (() => void)[]): void {
    for (const answer of answers) answer();
    this.#taken.note(key, { isAcknowledged: true });
    // After a restart this is how a repetition is told from a new message under an old number.
    this.#save({ [TAKEN_ROW]: this.#taken.row() });
  }

  #verdict({ message: { header } }: Received, isUnderstood: boolean): string {
    const cipher = header.isEncrypted ? this.#protection.cipher : undefined;
    return (isUnderstood ? encodeAck : encodeDuh)(header, cipher, this.#wallMs());
  }

  #eventsOf(header: Header, opened: OpenedMessage): readonly DeviceEvent[] {
    if (opened.events === undefined) return [this.#occurrence("unreadable-message", unreadableDetails(header, opened))];
    const { zones } = this.settings;
    return opened.events.flatMap((event) => {
      const name = meaningOf(event)?.name ?? "unknown-event";
      return [this.#occurrence(name, eventDetails(event, header, opened, zones)), ...this.#pointsOf(event)];
    });
  }

  #pointsOf(event: PanelEvent): readonly DeviceEvent[] {
    const meaning = meaningOf(event);
    if (meaning === undefined) return [];
    this.#wake();
    return this.points.apply(event, meaning);
  }

  #occurrence(name: string, details: Occurrence["details"]): Occurrence {
    return { kind: "occurrence", deviceId: this.#deviceId, name, details, ...eventTime(this.#deps.clock.now()) };
  }

  /** Sleeps until something ends by itself, or has come that ends sooner. */
  async #untilDue(signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const woken = new AbortController();
    this.#wake = () => woken.abort(new Error("something is due sooner"));
    // While the disk cannot be read yet, nothing tells when it can be.
    const mostMs = this.points.isKnown ? LOOK_EVERY_MS : RESTORE_EVERY_MS;
    const dueMs = Math.min(this.#presence.deadlineMs, this.points.nextEndMs) - clock.monotonicMs();
    try {
      await clock.sleep(Math.max(0, Math.min(mostMs, Math.ceil(dueMs))), AbortSignal.any([signal, woken.signal]));
    } catch {
      // Woken, or stopped: the caller looks which.
    }
    signal.throwIfAborted();
  }

  #look(nowMs: number): void {
    const isPresent = this.#presence.phase === "present";
    if (this.points.restore() && isPresent) this.points.showAll();
    if (this.points.expire(nowMs)) {
      if (isPresent) this.points.showAll();
      this.#save(this.points.rows());
    }
    this.#presence.look(nowMs);
  }

  #refuse(reason: Refusal, { from, message }: Received, detail: string = reason): void {
    this.#presence.refused(detail);
    const { id, sequence } = message.header;
    const isTold = this.#tally.count(reason, { device: this.#deviceId, from, id, sequence, detail });
    if (isTold) this.#deps.publish(this.#occurrence("message-refused", { reason, detail, from, id, sequence }));
  }

  /** Writes rows that nothing waits for: what they say is known here all the same. */
  #save(rows: Readonly<Record<string, string | null>>): void {
    if (Object.keys(rows).length === 0 || this.#saving >= MAX_SAVING) return;
    this.#saving += 1;
    const onSaved = (): void => {
      this.#saving -= 1;
      this.points.noteWritten(pointRows(rows));
    };
    const onFailed = (error: unknown): void => {
      this.#saving -= 1;
      this.#deps.log.debug("not remembered", { device: this.#deviceId, reason: String(error) });
    };
    this.#deps.memory.save(rows).then(onSaved, onFailed);
  }

  #now(): Now {
    const { wallMs, monotonicMs, confidence } = this.#deps.clock.now();
    return { wallMs, monotonicMs, isClockConfident: confidence !== "doubtful" };
  }

  #wallMs(): number {
    return this.#deps.clock.now().wallMs;
  }
}

function cipherOf({ key }: Dc09Settings): ContentCipher | undefined {
  if (key === undefined) return undefined;
  return new ContentCipher("hex" in key ? Buffer.from(key.hex, "hex") : Buffer.from(key.text, "latin1"));
}

function pointRows(rows: Readonly<Record<string, string | null>>): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(rows).filter(([key]) => key.startsWith("on.")));
}
