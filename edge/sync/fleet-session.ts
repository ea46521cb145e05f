import { randomBytes } from "node:crypto";

import type { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { encodeBatch } from "@outpost/wire/batch.ts";
import type { Received, Welcome } from "@outpost/wire/downlink.ts";
import { encodeMessage } from "@outpost/wire/message.ts";
import type { AlarmRecord } from "@outpost/wire/records.ts";
import type { DocumentMessage } from "@outpost/wire/site-exchange.ts";
import { packText } from "@outpost/wire/site-packing.ts";
import type { Stream } from "@outpost/wire/streams.ts";
import { downlinkFilter, uplinkTopic, type UplinkKind } from "@outpost/wire/topics.ts";
import type { Hello, Notice, Presence } from "@outpost/wire/uplink.ts";

import type { JournalStatus } from "../journal/journal.ts";
import { openBrokerSession, type BrokerSession } from "./broker-session.ts";
import { DrainPlan, type Lane } from "./drain-plan.ts";
import { SyncError } from "./errors.ts";
import { createInbox, receiveDownlink, type SessionInput } from "./inbox.ts";
import { nextBatchBytes } from "./pace.ts";
import type { SyncDeps } from "./sync-deps.ts";

const TICK_MS = 500;
/** How long the fleet may take to answer a greeting or a batch before we greet again, and then give up the connection. */
const ANSWER_TIMEOUT_MS = 10_000;
const MAX_UNANSWERED_GREETINGS = 2;
const REPORT_EVERY_MS = 60_000;
const FIRST_BATCH_BYTES = 64 * 1024;
const MAX_BATCH_ROWS = 1_000;
/** Notices under way at once; more are left to the alarm stream, which carries every step anyway. */
const MAX_NOTICES = 100;

/**
 * One connection to the broker: greet, drain, answer, until it is lost.
 *
 * @param onWelcome  the fleet has answered: whatever went wrong before is over.
 * @throws SyncError whatever ended it; the reason of `signal` when that aborts.
 */
export async function runFleetSession(deps: SyncDeps, onWelcome: () => void, signal: AbortSignal): Promise<void> {
  const session = randomBytes(16).toString("hex");
  const inbox = createInbox();
  const offline = encodeMessage({ v: 1, session, state: "offline" } satisfies Presence);
  deps.onState({ phase: "greeting" });
  await using broker = await openBrokerSession(
    {
      url: deps.url,
      openSocket: (url, until) => deps.openSocket(url, until),
      clientId: deps.gatewayId,
      subscribeTo: downlinkFilter(deps.gatewayId),
      lastWill: { topic: uplinkTopic(deps.gatewayId, "presence"), payload: offline },
      onMessage: (topic, payload) =>
        receiveDownlink(
          { topic, payload },
          {
            inbox,
            log: deps.log,
            onCommand: (order) => {
              if (order.session === session) deps.onCommand(order, deps.clock.monotonicMs());
              else deps.log.warn("command of another session left out", { command: order.id });
            },
            onDesired: (revision) => deps.onDesired(revision),
            onDecommission: (document) => deps.onDecommission(document, session),
          },
        ),
    },
    signal,
  );
  const ended = new AbortController();
  const until = AbortSignal.any([signal, ended.signal]);
  const running = new FleetSession(deps, { session, broker, inbox, onWelcome });
  const timer = setInterval(() => inbox.push({ kind: "tick" }), TICK_MS);
  const unsubscribe = [
    deps.journal.onWritten((streams) => inbox.push({ kind: "written", streams })),
    deps.journal.onEpochOpened((epoch) => inbox.push({ kind: "epoch-opened", epoch })),
    deps.subscribeAlarms((alarm) => running.notify(alarm)),
    deps.subscribeReportable(() => running.reportSoon()),
  ];
  try {
    await Promise.race([running.run(until), broker.lost]);
  } finally {
    ended.abort(new SyncError("sync/lost", "the session is over"));
    clearInterval(timer);
    for (const end of unsubscribe) end();
    // A clean stop says so at once instead of leaving it to the last will.
    if (signal.aborted) await broker.publish(uplinkTopic(deps.gatewayId, "presence"), offline).catch(() => {});
  }
}

/** The greeting and draining of one connection. */
class FleetSession {
  readonly #deps: SyncDeps;
  readonly #session: string;
  readonly #broker: BrokerSession;
  readonly #inbox: BoundedQueue<SessionInput>;
  readonly #onWelcome: () => void;
  /** Set while the fleet knows us; undefined while it has to be greeted. */
  #plan: DrainPlan | undefined;
  #greetedAtMs = 0;
  #unansweredGreetings = 0;
  #epoch = "";
  #batchBytes = FIRST_BATCH_BYTES;
  #pausedUntilMs = 0;
  #reportDueMs = 0;
  #noticesUnderWay = 0;
  /** The lowest number in conflict, by epoch and stream. */
  readonly #conflicts = new Map<string, Partial<Record<Stream, number>>>();
  /** The fleet holds numbers that this journal has not reached yet. */
  #isRestored = false;
  /** The first fault of something that nobody waits for. */
  #fault: Error | undefined;

  constructor(
    deps: SyncDeps,
    own: {
      readonly session: string;
      readonly broker: BrokerSession;
      readonly inbox: BoundedQueue<SessionInput>;
      readonly onWelcome: () => void;
    },
  ) {
    this.#deps = deps;
    this.#session = own.session;
    this.#broker = own.broker;
    this.#inbox = own.inbox;
    this.#onWelcome = own.onWelcome;
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#greet();
    for (;;) {
      for (const input of await this.#inbox.take(1_000, signal)) await this.#accept(input);
      if (this.#fault !== undefined) throw this.#fault;
      await this.#drain(signal);
    }
  }

  /** Tells the desk of an alarm's step without waiting for the disk. The alarm stream brings it again, for certain. */
  notify(alarm: AlarmRecord): void {
    if (this.#plan === undefined || this.#noticesUnderWay >= MAX_NOTICES) return;
    this.#noticesUnderWay += 1;
    this.#publish("notice", encodeMessage({ v: 1, alarm } satisfies Notice))
      .catch(() => {})
      .finally(() => {
        this.#noticesUnderWay -= 1;
      });
  }

  reportSoon(): void {
    this.#reportDueMs = 0;
  }

  async #accept(input: SessionInput): Promise<void> {
    switch (input.kind) {
      case "welcome":
        if (input.welcome.session === this.#session) await this.#begin(input.welcome);
        return;
      case "received":
        await this.#confirm(input.received);
        return;
      case "busy":
        this.#pausedUntilMs = this.#deps.clock.monotonicMs() + input.retryAfterMs;
        return;
      case "written":
        this.#plan?.written(input.streams);
        return;
      case "epoch-opened":
        // A damaged journal was replaced while running, or our own doing, which has greeted already.
        if (input.epoch !== this.#epoch) await this.#greet();
        return;
      case "fetch":
        await this.#sendDocument(input.digest);
        return;
      case "tick":
        await this.#tick();
        return;
      default:
        unreachable(input);
    }
  }

  async #greet(): Promise<void> {
    this.#plan = undefined;
    this.#greetedAtMs = this.#deps.clock.monotonicMs();
    this.#unansweredGreetings += 1;
    const [status, now] = [await this.#deps.journal.status(), this.#deps.clock.now()];
    this.#epoch = status.epoch;
    const hello = {
      v: 1,
      session: this.#session,
      bootId: this.#deps.bootId,
      agentVersion: this.#deps.agentVersion,
      wallMs: now.wallMs,
      clockConfidence: now.confidence,
      epochs: namedEpochs(status),
    } satisfies Hello;
    this.#send("hello", encodeMessage(hello));
  }

  async #begin(welcome: Welcome): Promise<void> {
    this.#unansweredGreetings = 0;
    this.#onWelcome();
    this.#deps.onServerTime(welcome.serverMs);
    const status = await this.#deps.journal.status();
    if (status.epoch !== this.#epoch) {
      await this.#greet();
      return;
    }
    this.#plan = new DrainPlan(namedEpochs(status), welcome.held);
    this.#conflicts.clear();
    this.#isRestored = knowsLessThanFleet(status, welcome);
    this.#reportDueMs = 0;
    this.#deps.onState({ phase: "live", session: this.#session });
    await this.#reconcile();
  }

  async #confirm(answer: Received): Promise<void> {
    const { epoch, stream, conflicts } = answer;
    const nowMs = this.#deps.clock.monotonicMs();
    const answered = [...answer.intervals, ...conflicts.map((one) => [one, one] as const)];
    const wasReconciling = this.#plan?.isReconciling() ?? false;
    for (const batch of this.#plan?.answered(epoch, stream, answered, nowMs) ?? []) {
      this.#batchBytes = nextBatchBytes(this.#batchBytes, batch.bytes, batch.tookMs);
    }
    this.#watch(this.#deps.journal.confirm(epoch, stream, answer.intervals));
    if (conflicts.length > 0 && !wasReconciling) {
      // Rows behind these are under way already. Greeting again tells what the fleet holds by now.
      await this.#greet();
      return;
    }
    if (conflicts.length > 0) this.#noteConflict(epoch, stream, Math.min(...conflicts));
    await this.#reconcile();
  }

  #noteConflict(epoch: string, stream: Stream, first: number): void {
    const known = this.#conflicts.get(epoch) ?? {};
    this.#conflicts.set(epoch, { ...known, [stream]: Math.min(first, known[stream] ?? first) });
  }

  /** Once the fleet has answered for every number it held before: whether this disk is what the fleet remembers. */
  async #reconcile(): Promise<void> {
    if (this.#plan === undefined || this.#plan.isReconciling()) return;
    if (this.#conflicts.size === 0 && !this.#isRestored) return;
    this.#deps.log.warn("the fleet holds other records under numbers of this journal: restored from an old image");
    for (const [epoch, from] of this.#conflicts) await this.#deps.journal.renumber(epoch, from);
    if (this.#isRestored && (await this.#deps.journal.status()).epoch === this.#epoch) {
      await this.#deps.journal.openEpoch("restored from an old image");
    }
    await this.#greet();
  }

  async #tick(): Promise<void> {
    const nowMs = this.#deps.clock.monotonicMs();
    if (this.#plan === undefined) {
      if (nowMs - this.#greetedAtMs < ANSWER_TIMEOUT_MS) return;
      if (this.#unansweredGreetings >= MAX_UNANSWERED_GREETINGS) {
        throw new SyncError("sync/no-answer", "the fleet does not answer");
      }
      await this.#greet();
      return;
    }
    if (nowMs >= this.#pausedUntilMs && this.#plan.oldestFlightMs(nowMs) > ANSWER_TIMEOUT_MS) {
      this.#deps.log.warn("the fleet left a batch unanswered: greeting again");
      this.#batchBytes = nextBatchBytes(this.#batchBytes, 0, Number.POSITIVE_INFINITY);
      await this.#greet();
      return;
    }
    if (nowMs >= this.#reportDueMs) {
      this.#reportDueMs = nowMs + REPORT_EVERY_MS;
      this.#send("reported", encodeMessage(await this.#deps.reportedState()));
    }
  }

  /** A text that is gone is not sent; the fleet asks again for as long as it is reported. */
  async #sendDocument(digest: string): Promise<void> {
    const text = await this.#deps.siteText(digest);
    const packed = text === undefined ? undefined : packText(text);
    if (packed === undefined) return;
    this.#send("document", encodeMessage({ v: 1, digest, packed } satisfies DocumentMessage));
  }

  async #drain(signal: AbortSignal): Promise<void> {
    while (this.#deps.clock.monotonicMs() >= this.#pausedUntilMs) {
      signal.throwIfAborted();
      const plan = this.#plan;
      const lane = plan?.next();
      if (plan === undefined || lane === undefined) return;
      await this.#sendBatch(plan, lane);
    }
  }

  async #sendBatch(plan: DrainPlan, lane: Lane): Promise<void> {
    const { epoch, stream, after } = lane;
    const maxBytes = this.#batchBytes;
    const found = await this.#deps.journal.read({ epoch, stream, after, maxRows: MAX_BATCH_ROWS, maxBytes });
    const rows = found.filter((row) => row.sequence <= lane.through);
    if (rows.length === 0) {
      plan.sent(lane, [], 0, 0);
      if (lane.kind === "overlap") await this.#reconcile();
      return;
    }
    const isReplay = lane.kind !== "live";
    const payload = encodeBatch({ session: this.#session, epoch, stream, isReplay }, rows);
    plan.sent(lane, rows, payload.byteLength, this.#deps.clock.monotonicMs());
    this.#send("batch", payload);
  }

  #send(kind: UplinkKind, payload: Buffer): void {
    this.#watch(this.#publish(kind, payload));
  }

  async #publish(kind: UplinkKind, payload: Buffer): Promise<void> {
    await this.#broker.publish(uplinkTopic(this.#deps.gatewayId, kind), payload);
  }

  /** Lets `work` run beside the session; its failure ends the session at the next step. */
  #watch(work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      this.#fault ??= asError(error);
    });
  }
}

/** The wire names at most 64 epochs: the oldest are drained first, and the current one is always among them. */
function namedEpochs(status: JournalStatus): JournalStatus["epochs"] & Hello["epochs"] {
  return [...status.epochs.slice(0, -1).slice(0, 63), ...status.epochs.slice(-1)].map(({ epoch, nextSequences }) => ({
    epoch,
    nextSequences: { ...nextSequences },
  }));
}

function knowsLessThanFleet(status: JournalStatus, welcome: Welcome): boolean {
  const current = status.epochs.at(-1);
  return welcome.held.some(
    ({ epoch, stream, intervals }) =>
      epoch === current?.epoch && (intervals.at(-1)?.[1] ?? 0) >= (current.nextSequences[stream] ?? 1),
  );
}
