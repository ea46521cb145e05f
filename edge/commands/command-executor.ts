import type { CommandOutcome, DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import { BoundedQueue } from "@outpost/kernel/bounded-queue.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { unreachable } from "@outpost/kernel/never.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Command, Order } from "@outpost/wire/downlink.ts";
import type { WireRecord } from "@outpost/wire/records.ts";

import type { AlarmOrder } from "../rules/alarm-order.ts";
import type { AlarmAnswer } from "../rules/life/alarm-life.ts";
import { CommandMemory } from "./command-memory.ts";

type ResultRecord = Extract<WireRecord, { kind: "result" }>;
type StateRows = Readonly<Record<string, string | null>>;
/** How a command ended, before it is stamped. */
type Ending = Pick<ResultRecord, "outcome" | "detail" | "selectionId" | "before" | "after">;

const MAX_WAITING = 200;
const MAX_RUNNING = 32;
/** A pump's feedback may take two minutes; nothing a device is asked takes longer. */
const EXECUTE_TIMEOUT_MS = 150_000;
const NOTE_TIMEOUT_MS = 5_000;

export interface CommandDeps {
  readonly clock: Clock;
  readonly log: Log;
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
  orderAlarm(order: AlarmOrder, actor: string): AlarmAnswer;
  /** Resolves when the rows are on disk. */
  saveState(rows: StateRows): Promise<void>;
  writeResult(record: ResultRecord, rows: StateRows): void;
  /** The session the gateway is in now, undefined while the uplink is cut. */
  currentSession(): string | undefined;
}

interface Arrived {
  readonly command: Command;
  readonly arrivedMonotonicMs: number;
}

/**
 * Carries out the desk's commands. Each id acts once: it is noted on disk before anything is done, so that a command
 * which was under way at a power cut ends as `unconfirmed` instead of being done again.
 */
export class CommandExecutor {
  readonly #deps: CommandDeps;
  readonly #memory = new CommandMemory();
  readonly #waiting = new BoundedQueue<Arrived>({ maxLength: MAX_WAITING, whenFull: "refuse" });
  readonly #underWay = new Set<string>();
  readonly #running = new Set<Promise<void>>();

  constructor(deps: CommandDeps) {
    this.#deps = deps;
  }

  /** Goes on from the journal's state rows below `COMMAND_STATE_PREFIX`. Call once, before commands arrive. */
  restore(rows: ReadonlyMap<string, string>): void {
    for (const { id, actor } of this.#memory.restore(rows)) {
      const detail = "the gateway restarted while the command was under way: look before asking again";
      this.#finish({ id, actor }, { outcome: "unconfirmed", detail });
    }
  }

  /** Takes a command of the current session and returns at once. One that is known already is left out. */
  accept(command: Command, arrivedMonotonicMs: number): void {
    if (this.#memory.has(command.id) || this.#underWay.has(command.id)) return;
    this.#underWay.add(command.id);
    if (this.#waiting.push({ command, arrivedMonotonicMs })) return;
    this.#finish(command, { outcome: "refused", detail: `${MAX_WAITING} commands wait already` });
  }

  /** Carries commands out until `signal` aborts, then waits for those under way, which hear of it too. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const [next] = await this.#waiting.take(1, signal).catch(() => []);
      if (next === undefined) break;
      if (this.#running.size >= MAX_RUNNING) await Promise.race(this.#running);
      const running = this.#carryOut(next, signal).finally(() => this.#running.delete(running));
      this.#running.add(running);
    }
    await Promise.all(this.#running);
  }

  async #carryOut({ command, arrivedMonotonicMs }: Arrived, stop: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const isOver = clock.monotonicMs() > arrivedMonotonicMs + command.ttlMs;
    if (isOver || this.#deps.currentSession() !== command.session) {
      const detail = isOver ? `its ${command.ttlMs} ms were over` : "its session was over";
      this.#finish(command, { outcome: "expired", detail });
      return;
    }
    try {
      this.#finish(command, await this.#order(command, stop));
    } catch (error) {
      this.#finish(command, { outcome: "unconfirmed", detail: asError(error).message });
    }
  }

  async #order(command: Command, stop: AbortSignal): Promise<Ending> {
    const { order, actor } = command;
    switch (order.kind) {
      case "acknowledge":
      case "shelve":
      case "unshelve":
      case "shelve-rule":
      case "unshelve-rule":
        return alarmEnding(this.#deps.orderAlarm(order, actor));
      case "write":
      case "select":
      case "operate":
      case "cancel":
      case "call":
        break;
      default:
        return unreachable(order);
    }
    try {
      await this.#noted(this.#memory.begin(command.id, actor, this.#deps.clock.now().wallMs));
    } catch (error) {
      return { outcome: "refused", detail: `it could not be noted: ${asError(error).message}` };
    }
    const signal = AbortSignal.any([stop, AbortSignal.timeout(EXECUTE_TIMEOUT_MS)]);
    return deviceEnding(await this.#deps.execute(order.deviceId, deviceCommand(order, actor), signal));
  }

  async #noted(rows: StateRows): Promise<void> {
    const timeout = AbortSignal.timeout(NOTE_TIMEOUT_MS);
    const { promise: late, reject } = Promise.withResolvers<never>();
    timeout.addEventListener("abort", () => reject(new Error("the disk does not answer")), { once: true });
    await Promise.race([this.#deps.saveState(rows), late]);
  }

  #finish(command: Pick<Command, "id" | "actor">, ending: Ending): void {
    const { id, actor } = command;
    const { wallMs, confidence } = this.#deps.clock.now();
    const rows = this.#memory.finish(id, actor, wallMs);
    this.#underWay.delete(id);
    this.#deps.log.info("command ended", { command: id, actor, outcome: ending.outcome, detail: ending.detail });
    this.#deps.writeResult(
      {
        kind: "result",
        commandId: id,
        actor,
        ...ending,
        detail: ending.detail.slice(0, 500),
        occurredAtMs: wallMs,
        clockConfidence: confidence,
      },
      rows,
    );
  }
}

function deviceCommand(order: Exclude<Order, AlarmOrder>, actor: string): DeviceCommand {
  if (order.kind === "write" || order.kind === "select") {
    return { kind: order.kind, pointId: order.pointId, value: order.value, actor };
  }
  if (order.kind === "call") {
    return { kind: "call", methodId: order.methodId, arguments: order.arguments, actor };
  }
  return { kind: order.kind, selectionId: order.selectionId, actor };
}

function deviceEnding(outcome: CommandOutcome): Ending {
  switch (outcome.kind) {
    case "done":
      return { outcome: "done", detail: outcome.detail ?? "", before: outcome.before, after: outcome.after };
    case "selected": {
      const detail = `operate within ${outcome.expiresInMs} ms`;
      return { outcome: "selected", detail, selectionId: outcome.selectionId };
    }
    case "cancelled":
      return { outcome: "cancelled", detail: "" };
    case "refused":
      return { outcome: "refused", detail: `${outcome.reason}: ${outcome.detail}` };
    case "unconfirmed":
      return { outcome: "unconfirmed", detail: outcome.detail, before: outcome.before };
  }
}

function alarmEnding(answer: AlarmAnswer): Ending {
  switch (answer.kind) {
    case "done":
      return { outcome: "done", detail: "" };
    case "stale":
      return { outcome: "stale", detail: `the alarm is at version ${answer.currentVersion} now` };
    case "refused":
      return { outcome: "refused", detail: answer.detail };
  }
}
