import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { eventually } from "../../testing/fake-deps.ts";
import { leverState, pullLever, type LeverReply } from "./levers.ts";

/** A simulator's `main.ts` as a process of its own. Disposing it ends it, whatever it is at. */
export class RunningSimulator implements AsyncDisposable {
  /** Its exit status, null where a signal ended it. */
  readonly ended: Promise<number | null>;
  stdout = "";
  stderr = "";
  readonly #child: ChildProcessWithoutNullStreams;

  constructor(main: URL, args: readonly string[]) {
    this.#child = spawn(process.execPath, [fileURLToPath(main), ...args]);
    this.#child.stdout.on("data", (chunk) => (this.stdout += chunk));
    this.#child.stderr.on("data", (chunk) => (this.stderr += chunk));
    this.ended = once(this.#child, "close").then(([code]) => code);
  }

  /** What its ready line says. @throws Error with its complaint where it ends before, or says nothing for 20 s. */
  async ready(): Promise<Readonly<Record<string, unknown>>> {
    await eventually("the ready line", () => {
      if (this.#child.exitCode !== null) throw new Error(`the simulator has ended: ${this.stderr}`);
      return this.stdout.includes("\n");
    });
    return JSON.parse(this.stdout);
  }

  /** A port that its ready line names. */
  async port(name: string): Promise<number> {
    const { [name]: port } = await this.ready();
    if (typeof port !== "number") throw new Error(`no port ${name} in ${this.stdout}`);
    return port;
  }

  /** Pulls one of its levers; it must have been started with `--control`. */
  async pull(lever: string, body?: object): Promise<LeverReply> {
    return await pullLever(await this.port("control"), lever, body);
  }

  /** What its levers' state says. */
  async state(): Promise<unknown> {
    return await leverState(await this.port("control"));
  }

  /** Ends it as its parent's end does where it was started with `--with-parent`. @returns its exit status. */
  async endWithParent(): Promise<number | null> {
    this.#child.stdin.end();
    return await this.ended;
  }

  /** Asks it to end, by SIGTERM. @returns its exit status. */
  async end(): Promise<number | null> {
    this.#child.kill("SIGTERM");
    return await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.ended;
  }
}
