import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { VisionError, type VisionErrorCode } from "../errors.ts";
import { SESSION_LIMITS } from "../ipc/framing.ts";
import { receiveFramed, sendFramed } from "../ipc/message-pipe.ts";
import { answer, type AnswerOf, type SessionAnswer, type SessionRequest } from "./session-messages.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

export interface SessionProcessDeps {
  readonly clock: Clock;
  readonly log: Log;
}

interface Asked {
  readonly resolve: (answered: { readonly answer: SessionAnswer; readonly body: Buffer }) => void;
  readonly reject: (error: Error) => void;
}

type WithoutId<One> = One extends { readonly id: number } ? Omit<One, "id"> : never;
export type SessionAsk = WithoutId<SessionRequest>;

/** How an ask ended: what came back, or the error's code and message from the other side. */
export type SessionOutcome =
  | { readonly kind: "answered"; readonly answer: Exclude<SessionAnswer, { kind: "failed" }>; readonly body: Buffer }
  | { readonly kind: "failed"; readonly code: string; readonly message: string };

/**
 * A process that runs models, one thing at a time. A model that crashes it, or that does not come back, takes this
 * process with it and nothing else.
 */
export class SessionProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #asked = new Map<number, Asked>();
  readonly #receiving: Promise<void>;
  /** Resolves once it is gone, however that came. */
  readonly ended: Promise<void>;
  #nextId = 1;
  #gone: VisionError | undefined;

  constructor({ clock, log }: SessionProcessDeps) {
    this.#clock = clock;
    // No environment to speak of is here already: the vision process has none.
    this.#child = spawn(process.execPath, [MAIN], { stdio: ["pipe", "pipe", "inherit"] });
    const { stdin, stdout } = this.#child;
    if (stdin === null || stdout === null) throw new VisionError("vision/ended", "the process has no pipes");
    stdin.on("error", () => undefined);
    this.#receiving = receiveFramed(stdout, SESSION_LIMITS, ({ header, body }) => this.#onAnswer(header, body)).catch(
      (error: unknown) => {
        log.error("a session process breaks the protocol", { reason: String(error) });
        this.kill("vision/bad-message", "it breaks the protocol");
      },
    );
    this.ended = this.#untilEnded();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isGone(): boolean {
    return this.#gone !== undefined;
  }

  /** How many asks are under way. */
  get depth(): number {
    return this.#asked.size;
  }

  /**
   * Asks for one thing.
   *
   * @param timeoutMs  after this the process is ended: a model cannot be stopped in any other way.
   * @throws VisionError `vision/hangs`, `vision/ended`.
   */
  async ask(request: SessionAsk, body: Uint8Array | undefined, timeoutMs: number): Promise<SessionOutcome> {
    if (this.#gone !== undefined) throw this.#gone;
    const id = this.#nextId;
    this.#nextId += 1;
    const { promise, resolve, reject } = Promise.withResolvers<Parameters<Asked["resolve"]>[0]>();
    this.#asked.set(id, { resolve, reject });
    const { stdin } = this.#child;
    if (stdin !== null) sendFramed(stdin, { ...request, id }, body);
    const over = new AbortController();
    const late = this.#clock.sleep(timeoutMs, over.signal).then(
      () => this.kill("vision/hangs", `no answer to ${request.kind} within ${timeoutMs} ms`),
      () => undefined,
    );
    try {
      const { answer: given, body: bytes } = await promise;
      if (given.kind === "failed") return { kind: "failed", code: given.code, message: given.message };
      return { kind: "answered", answer: given, body: bytes };
    } finally {
      this.#asked.delete(id);
      over.abort();
      await late;
    }
  }

  /** Ends it at once; whoever waits for an answer gets this error. */
  kill(code: VisionErrorCode, message: string): void {
    this.#end(new VisionError(code, message));
    this.#child.kill("SIGKILL");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("vision/ended", "it is no longer needed");
    await this.ended;
  }

  #onAnswer(header: unknown, body: Buffer): void {
    const given = answer.parse(header);
    this.#asked.get(given.id)?.resolve({ answer: given, body });
  }

  async #untilEnded(): Promise<void> {
    await once(this.#child, "close").catch(() => undefined);
    await this.#receiving;
    const { exitCode, signalCode } = this.#child;
    this.#end(new VisionError("vision/ended", `the session process ended with ${signalCode ?? exitCode}`));
  }

  #end(error: VisionError): void {
    this.#gone ??= error;
    for (const { reject } of this.#asked.values()) reject(this.#gone);
    this.#asked.clear();
  }
}

/** Opens a model in a process and asks for its golden answers. @throws VisionError; a failed outcome as its own code. */
export async function openIn(
  session: SessionProcess,
  model: string,
  folder: string,
  timeoutMs: number,
): Promise<AnswerOf<"opened"> | { readonly kind: "failed"; readonly code: string; readonly message: string }> {
  const outcome = await session.ask({ kind: "open", model, folder }, undefined, timeoutMs);
  if (outcome.kind === "failed") return outcome;
  if (outcome.answer.kind === "opened") return outcome.answer;
  return { kind: "failed", code: "vision/bad-message", message: `answered ${outcome.answer.kind}` };
}
