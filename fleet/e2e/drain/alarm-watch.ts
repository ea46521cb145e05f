import { monotonicMs } from "@outpost/kernel/clock.ts";

/** Reads the fleet's live stream as a desk does, and notes when each alarm of the load gateway appears. */
export class AlarmWatch implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #raisedAtMs = new Map<number, number>();
  readonly #seenAtMs = new Map<number, number>();
  #reading: Promise<void> | undefined;

  /** @throws Error where the stream cannot be opened. */
  static async open(url: string): Promise<AlarmWatch> {
    const watch = new AlarmWatch();
    const answer = await fetch(url, { signal: watch.#stop.signal });
    if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
    watch.#reading = watch.#read(answer.body);
    return watch;
  }

  /** Takes a line of the load gateway: `{"raised":n,"atMs":…}` is noted, others are not for us. */
  heard(line: string): void {
    const match = /^\{"raised":(\d+),"atMs":([\d.]+)\}$/.exec(line);
    if (match !== null) this.#raisedAtMs.set(Number(match[1]), Number(match[2]));
  }

  /** From raising to the desk for each alarm, in milliseconds; infinite where it never came. */
  latencies(): number[] {
    return [...this.#raisedAtMs].map(
      ([number, atMs]) => (this.#seenAtMs.get(number) ?? Number.POSITIVE_INFINITY) - atMs,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#reading;
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let text = "";
    const decoder = new TextDecoder();
    try {
      for await (const chunk of body) {
        text += decoder.decode(chunk, { stream: true });
        const messages = text.split("\n\n");
        text = messages.pop() ?? "";
        for (const message of messages) this.#note(message);
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    }
  }

  #note(message: string): void {
    const number = /"ruleId":"load-(\d+)"/.exec(message)?.[1];
    if (number !== undefined && !this.#seenAtMs.has(Number(number))) this.#seenAtMs.set(Number(number), monotonicMs());
  }
}
