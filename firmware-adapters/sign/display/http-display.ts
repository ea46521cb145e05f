import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";

import { asError } from "@outpost/kernel/thrown.ts";

import type { Content } from "../content/content.ts";
import type { SignDialect } from "../dialect/settings.ts";
import { MAX_STATE_BYTES, parseState, type SignState } from "../dialect/state.ts";
import { contentBody, filledPlace } from "../dialect/template.ts";
import { SignError } from "../errors.ts";
import type { SignSettings } from "../settings.ts";
import type { Display } from "./display.ts";

type HttpVia = Extract<SignSettings["via"], { readonly kind: "http" }>;

interface Ask {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly body?: string;
}

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** What a sign's status must be for "not now" instead of "no". RFC 9110, section 15. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 425, 429]);

/** A sign with a web server of its own. Each request has a connection of its own, which ends with it. */
export class HttpDisplay implements Display {
  readonly isAskable = true;
  readonly #via: HttpVia;
  readonly #dialect: SignDialect;
  readonly #timeoutMs: number;

  constructor(via: HttpVia, { dialect, timeoutMs }: Pick<SignSettings, "dialect" | "timeoutMs">) {
    this.#via = via;
    this.#dialect = dialect;
    this.#timeoutMs = timeoutMs;
  }

  async look(signal: AbortSignal): Promise<SignState> {
    const { statePath } = this.#dialect.http;
    const { status, body } = await this.#ask({ method: "GET", path: statePath }, signal);
    refuseFailure(status, statePath);
    return parseState(body, this.#dialect);
  }

  async send(content: Content, signal: AbortSignal): Promise<void> {
    const { contentMethod, contentPath } = this.#dialect.http;
    const path = filledPlace(contentPath, "id", encodeURIComponent(content.id));
    const body = contentBody(content, this.#dialect);
    const { status } = await this.#ask({ method: contentMethod, path, body }, signal);
    refuseFailure(status, path);
  }

  /** There is nothing to close: no connection outlives its request. */
  [Symbol.dispose](): void {}

  /** One request, whole answer and all, within the time-out. Redirects are answers like others: none is followed. */
  async #ask(ask: Ask, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const url = new URL(`${this.#via.url.replace(/\/+$/, "")}${ask.path}`);
    const send = url.protocol === "https:" ? httpsRequest : httpRequest;
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const request = send(url, this.#options(ask), (response) => {
      collect(response).then(resolve, reject);
    });
    const fail = (error: unknown): void => {
      reject(error);
      request.destroy();
    };
    const onAbort = (): void => fail(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    // One bound for all of it: a sign that sends a byte a second is silent too.
    const late = `no answer within ${this.#timeoutMs} ms`;
    const timer = setTimeout(() => fail(new SignError("sign/timeout", late)), this.#timeoutMs);
    request.on("error", (error) => reject(broken(error)));
    request.end(ask.body);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      request.destroy();
    }
  }

  #options({ method, body }: Ask): RequestOptions {
    const { tokenHeader, tokenPrefix } = this.#dialect.http;
    const { token } = this.#via;
    return {
      method,
      agent: false,
      headers: {
        accept: "application/json",
        connection: "close",
        ...(body === undefined
          ? {}
          : { "content-type": "application/json; charset=utf-8", "content-length": Buffer.byteLength(body) }),
        ...(token === undefined ? {} : { [tokenHeader]: `${tokenPrefix}${token}` }),
      },
    };
  }
}

/** Takes the whole body. @throws SignError where it is too long or breaks off. */
async function collect(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_STATE_BYTES) break;
    }
  } catch (error) {
    throw broken(asError(error));
  }
  if (bytes > MAX_STATE_BYTES) throw new SignError("sign/bad-frame", `an answer of more than ${MAX_STATE_BYTES} bytes`);
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
}

function refuseFailure(status: number, path: string): void {
  if (status >= 200 && status < 300) return;
  if (status >= 500 || NOT_NOW.has(status)) throw new SignError("sign/busy", `${path}: HTTP status ${status}`);
  if (status >= 400) throw new SignError("sign/refused", `${path}: HTTP status ${status}`);
  throw new SignError("sign/bad-frame", `${path}: HTTP status ${status}, which is no answer for us`);
}

/** Bytes that are no HTTP, or a connection that is not there or breaks. */
function broken(error: Error): SignError {
  const isGarbage = "code" in error && typeof error.code === "string" && error.code.startsWith("HPE_");
  return new SignError(isGarbage ? "sign/bad-frame" : "sign/unreachable", error.message, { cause: error });
}
