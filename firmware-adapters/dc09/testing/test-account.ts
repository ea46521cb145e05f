import { ManualClock } from "@outpost/kernel/manual-clock.ts";

import type { DeviceEvent, Occurrence } from "../../event.ts";
import { fakeDeps, type FakeDeps } from "../../testing/fake-deps.ts";
import { parseMessage } from "../codec/message.ts";
import { Account } from "../receiver/account.ts";
import { dc09Settings } from "../settings.ts";
import { decryptByNode, encryptByHand, padded, stampOf } from "./independent.ts";

/** One account without sockets, on a clock that moves only when told to. */
export interface TestAccount extends AsyncDisposable {
  readonly clock: ManualClock;
  readonly deps: FakeDeps;
  readonly account: Account;
  /** What was answered so far. */
  readonly answers: readonly string[];
  /** Takes a body in, from wherever. @returns what has been answered by the next turn, undefined for silence. */
  hear(body: string, from?: string): Promise<string | undefined>;
  value(pointId: string): number | string | undefined;
  occurrences(): readonly Occurrence[];
  /** The next life: ends this one, and begins with what is on the disk. */
  restart(): Promise<TestAccount>;
}

/** 2026-11-25 13:00:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 25, 13);

interface Life {
  readonly clock?: ManualClock;
  readonly deps?: FakeDeps;
  readonly isListening?: boolean;
}

export async function testAccount(settings: object = {}, life: Life = {}): Promise<TestAccount> {
  const clock = life.clock ?? new ManualClock({ wallMs: START_MS, monotonicMs: 5_000 });
  const deps = life.deps ?? fakeDeps({ clock });
  const stop = new AbortController();
  const account = new Account("home", dc09Settings.parse({ account: "1234", ...settings }), deps, stop.signal);
  const answers: string[] = [];
  const running = account.run(stop.signal).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  if (life.isListening !== false) account.onLink({ kind: "up" });
  const test: TestAccount = {
    clock,
    deps,
    account,
    answers,
    async hear(body, from = "10.0.0.1:4000") {
      const message = parseMessage(body);
      if (message === undefined) throw new Error(`no message: ${body}`);
      const before = answers.length;
      account.receive({ message, crcForm: "hex", from, reply: (answer) => answers.push(answer) });
      await settled();
      return answers.length > before ? answers.at(-1) : undefined;
    },
    value(pointId) {
      const reading = deps.last(pointId)?.reading;
      return reading?.quality === "good" ? reading.value : reading?.reason;
    },
    occurrences: () => deps.events.filter((event: DeviceEvent) => event.kind === "occurrence"),
    async restart() {
      await test[Symbol.asyncDispose]();
      return await testAccount(settings, { clock, deps: deps.restarted() });
    },
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the test is over"));
      await running;
    },
  };
  return test;
}

/** Lets everything run that is ready to run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

/** A message in plain text. @param time  Unix milliseconds; absent: the message tells none. */
export function said(sequence: string, data: string, time?: number, id = "SIA-DCS"): string {
  return `"${id}"${sequence}R0L0#1234[${data}]${time === undefined ? "" : stampOf(time)}`;
}

/** A message encrypted by hand. @param inside  what is encrypted, from the bar on. */
export function sealed(sequence: string, key: Buffer, inside: string, id = "SIA-DCS"): string {
  return `"*${id}"${sequence}R0L0#1234[${encryptByHand(key, padded(inside))}`;
}

/** What is inside an encrypted answer. */
export function unsealed(key: Buffer, answer: string | undefined): string {
  const [head = "", hex = ""] = (answer ?? "").split("[");
  return `${head}[${decryptByNode(key, hex).replace(/^[^|]*/, "")}`;
}
