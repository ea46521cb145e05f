import { request, type ClientRequest, type IncomingMessage } from "node:http";

import type { z } from "zod";

import { until } from "../../broker/testing/until.ts";
import { liveEvents, type LiveEventName } from "../schemas.ts";

const LIVE_EVENT_NAMES = [
  "gateway",
  "device",
  "points",
  "alarm",
  "command",
  "resync",
] as const satisfies readonly LiveEventName[];

/** Reads a fleet's live stream as a browser does, checking every event against its schema. */
export class LiveReader implements AsyncDisposable {
  readonly #events: { name: LiveEventName; data: unknown }[] = [];
  readonly #request: ClientRequest;
  #response: IncomingMessage | undefined;

  private constructor(url: string) {
    this.#request = request(`${url}/api/live`).end();
    this.#request.on("error", () => {});
    this.#request.on("response", (response) => {
      this.#response = response;
      let text = "";
      response.setEncoding("utf8").on("data", (chunk) => {
        text += String(chunk);
        const whole = text.split("\n\n");
        text = whole.pop() ?? "";
        for (const one of whole) this.#take(one);
      });
      response.on("error", () => {});
    });
  }

  /** Opens the stream; events count from here on. */
  static async open(url: string): Promise<LiveReader> {
    const reader = new LiveReader(url);
    const response = await until(() => reader.#response, "the live stream opened");
    if (response.statusCode !== 200) throw new Error(`the live stream answers ${response.statusCode}`);
    return reader;
  }

  /** Waits for an event that fits, of the kind whose schema this is: `liveEvents.alarm`. */
  async find<T>(schema: z.ZodType<T>, fits: (data: T) => boolean): Promise<T> {
    const name = LIVE_EVENT_NAMES.find((known) => Object.is(liveEvents[known], schema));
    return await until(() => {
      const ofName = this.#events.filter((event) => event.name === name);
      return ofName.map(({ data }) => schema.parse(data)).find((data) => fits(data));
    }, `an event "${name}" came`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#request.destroy();
  }

  #take(text: string): void {
    const match = /^event: (\w+)\ndata: (.*)$/s.exec(text);
    const name = LIVE_EVENT_NAMES.find((known) => known === match?.[1]);
    if (name !== undefined) this.#events.push({ name, data: JSON.parse(match?.[2] ?? "null") });
  }
}
