import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import type { ListenerLink, Peer } from "../../links/link.ts";
import { encodeDuh, encodeFrame } from "../codec/encode.ts";
import { FrameParser, type Frame } from "../codec/frame-parser.ts";
import { parseMessage } from "../codec/message.ts";
import { Dc09Error } from "../errors.ts";
import type { Account, Received } from "./account.ts";
import { Tally } from "./tally.ts";

export interface ReceiverDeps {
  readonly clock: Clock;
  readonly log: Log;
}

type Refusal = "bad-crc" | "bad-length" | "no-header" | "unknown-account" | "answer" | "stranger" | "half-a-message";

/** A sender must say something for one of our accounts within this time, … */
const STRANGER_MS = 30_000;
/** … and end what it begins within this. */
const MESSAGE_MS = 10_000;
const SWEEP_EVERY_MS = 1_000;
/** Answers to messages are never answered: two receivers that meet would not stop. */
const ANSWERS = new Set(["ACK", "NAK", "DUH", "RSP"]);

interface Caller {
  readonly peer: Peer;
  readonly parser: FrameParser;
  readonly sinceMs: number;
  /** Since when a message is being awaited that has begun. */
  begunMs: number | undefined;
  isKnown: boolean;
}

/** Everything that the accounts on one listening port share: it finds the messages and gives each to its account. */
export class Dc09Receiver {
  readonly #accounts = new Map<string, Account>();
  readonly #callers = new Set<Caller>();
  #tally: Tally<Refusal> | undefined;
  #serving: AsyncDisposable | undefined;

  /** How many messages, or callers, were turned away for a reason. */
  refusals(reason: Refusal): number {
    return this.#tally?.of(reason) ?? 0;
  }

  /** Who is connected now. */
  get callers(): number {
    return this.#callers.size;
  }

  /**
   * Serves an account from now on.
   *
   * @returns what ends it; with the last account the port is let go.
   * @throws Dc09Error `dc09/account-taken`; LinkError `link/taken` where another protocol has the port.
   */
  attach(link: Pick<ListenerLink, "id" | "serve">, account: Account, deps: ReceiverDeps): AsyncDisposable {
    const name = account.settings.account.toUpperCase();
    if (this.#accounts.has(name)) {
      throw new Dc09Error("dc09/account-taken", `account ${name} is there twice on link ${link.id}`);
    }
    this.#serving ??= this.#begin(link, deps);
    this.#accounts.set(name, account);
    return {
      [Symbol.asyncDispose]: async () => {
        if (this.#accounts.get(name) !== account) return;
        this.#accounts.delete(name);
        if (this.#accounts.size > 0) return;
        const serving = this.#serving;
        this.#serving = undefined;
        await serving?.[Symbol.asyncDispose]();
      },
    };
  }

  #begin(link: Pick<ListenerLink, "serve">, deps: ReceiverDeps): AsyncDisposable {
    const { clock } = deps;
    this.#tally = new Tally(deps);
    const stop = new AbortController();
    const taking = link.serve((peer) => this.#greet(peer, clock));
    const sweeping = this.#sweep(clock, stop.signal);
    return {
      async [Symbol.asyncDispose]() {
        taking[Symbol.dispose]();
        stop.abort(new Error("no account is served"));
        await sweeping;
      },
    };
  }

  #greet(peer: Peer, clock: Clock): (bytes: Buffer) => void {
    const caller: Caller = {
      peer,
      parser: new FrameParser(),
      sinceMs: clock.monotonicMs(),
      begunMs: undefined,
      isKnown: false,
    };
    this.#callers.add(caller);
    peer.gone.addEventListener("abort", () => this.#callers.delete(caller), { once: true });
    let hasEnded = false;
    const sink = {
      frame: (frame: Frame) => {
        hasEnded = true;
        this.#take(frame, caller);
      },
      rejected: (reason: "bad-crc" | "bad-length") => {
        hasEnded = true;
        // Silence: its sender sends it again.
        this.#refuse(reason, peer);
      },
    };
    return (bytes) => {
      hasEnded = false;
      caller.parser.feed(bytes, sink);
      if (caller.parser.pendingBytes === 0) caller.begunMs = undefined;
      else if (hasEnded || caller.begunMs === undefined) caller.begunMs = clock.monotonicMs();
    };
  }

  #take({ body, crcForm }: Frame, caller: Caller): void {
    const { peer } = caller;
    const message = parseMessage(body);
    if (message === undefined) return this.#refuse("no-header", peer);
    const { header } = message;
    if (ANSWERS.has(header.id)) return this.#refuse("answer", peer);
    const reply = (answer: string): void => peer.send(encodeFrame(answer, crcForm));
    const account = this.#accounts.get(header.account.toUpperCase());
    if (account !== undefined) {
      caller.isKnown = true;
      const received: Received = { message, crcForm, from: peer.address, reply };
      return account.receive(received);
    }
    this.#refuse("unknown-account", peer, { account: header.account });
    if (this.#answersStrangers) reply(encodeDuh(header, undefined, 0));
  }

  get #answersStrangers(): boolean {
    return [...this.#accounts.values()].some(({ settings }) => settings.unknownAccounts === "duh");
  }

  #refuse(reason: Refusal, peer: Peer, more: object = {}): void {
    this.#tally?.count(reason, { from: peer.address, ...more });
  }

  /** Hangs up on who holds a place and says nothing of use. */
  async #sweep(clock: Clock, stop: AbortSignal): Promise<void> {
    try {
      for (;;) {
        await clock.sleep(SWEEP_EVERY_MS, stop);
        const nowMs = clock.monotonicMs();
        for (const caller of this.#callers) this.#judge(caller, nowMs);
      }
    } catch (error) {
      // Being stopped is the ordinary end; anything else is a bug.
      if (!stop.aborted) throw error;
    }
  }

  #judge({ peer, isKnown, sinceMs, begunMs }: Caller, nowMs: number): void {
    if (begunMs !== undefined && nowMs - begunMs >= MESSAGE_MS) {
      this.#refuse("half-a-message", peer);
      peer.drop("does not end what it began to say");
    } else if (!isKnown && nowMs - sinceMs >= STRANGER_MS) {
      this.#refuse("stranger", peer);
      peer.drop("said nothing for an account that is here");
    }
  }
}
