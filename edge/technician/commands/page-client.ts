import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { buffer } from "node:stream/consumers";

import type { PageNote } from "../server/page-note.ts";

const TIMEOUT_MS = 180_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** An answer of the page. */
export interface PageAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Speaks to the page over HTTPS and to nobody else: the one certificate of its state directory is trusted. */
export class PageClient {
  readonly #note: PageNote;
  #cookie = "";

  constructor(note: PageNote) {
    // What listens everywhere is reached on loopback.
    const url = new URL(note.url);
    if (url.hostname === "0.0.0.0" || url.hostname === "[::]") url.hostname = "127.0.0.1";
    this.#note = { ...note, url: url.origin };
  }

  get url(): string {
    return this.#note.url;
  }

  get cookie(): string {
    return this.#cookie;
  }

  /** @throws Error with the page's own words where it lets nobody in. */
  async signIn(name: string, pin: string): Promise<void> {
    await this.act("/api/session", { name, pin });
  }

  /** @throws Error with the page's own words where it refuses. */
  async ask<T>(path: string): Promise<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway of this very installation answers
    return parsed(await this.raw("GET", path)) as T;
  }

  /** @throws Error with the page's own words where it refuses. */
  async act<T>(path: string, body: object = {}): Promise<T> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the gateway of this very installation answers
    return parsed(await this.raw("POST", path, JSON.stringify(body))) as T;
  }

  /** One request, whatever comes of it. `headers` come on top of what the page's own scripts would send. */
  async raw(
    method: string,
    path: string,
    body?: string | Uint8Array,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<PageAnswer> {
    const { url, certPem } = this.#note;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const sent = request(
      url + path,
      {
        method,
        ca: certPem,
        // The certificate itself is known; which of its names was typed says nothing more.
        checkServerIdentity: () => undefined,
        timeout: TIMEOUT_MS,
        headers: {
          origin: url,
          ...(body === undefined
            ? {}
            : { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
          ...(this.#cookie === "" ? {} : { cookie: this.#cookie }),
          ...headers,
        },
      },
      resolve,
    );
    sent.on("error", reject);
    sent.on("timeout", () => sent.destroy(new Error("the page did not answer in time")));
    sent.end(body);
    const response = await promise;
    const [cookie] = response.headers["set-cookie"] ?? [];
    if (cookie !== undefined) this.#cookie = cookie.split(";")[0] ?? "";
    const answer = await buffer(response);
    if (answer.length > MAX_ANSWER_BYTES) throw new Error("the page said more than it should");
    return { status: response.statusCode ?? 0, headers: response.headers, body: answer };
  }
}

function parsed({ status, body }: PageAnswer): unknown {
  const answer: unknown = JSON.parse(body.toString());
  if (status >= 400) {
    const message = typeof answer === "object" && answer !== null && "message" in answer ? answer.message : status;
    throw new Error(String(message));
  }
  return answer;
}
