import { request as requestHttp } from "node:http";
import type { IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";

import { asError } from "@outpost/kernel/thrown.ts";

import { SentinelError } from "../errors.ts";

export interface Post {
  readonly url: string;
  readonly body: unknown;
  /** Sent as a bearer token. */
  readonly token: string | undefined;
  readonly timeoutMs: number;
  readonly maxAnswerBytes: number;
}

/**
 * Posts JSON once, on a connection of its own, and gives the JSON that comes back with status 200. Redirects are not
 * followed: a code must not be sent on to wherever an answer says.
 *
 * @throws SentinelError `sentinel/verifier-failed` for everything else; the signal's reason on abort.
 */
export async function postJson(
  { url, body, token, timeoutMs, maxAnswerBytes }: Post,
  signal: AbortSignal,
): Promise<unknown> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  try {
    const answer = await send(url, JSON.stringify(body), token, bounded);
    if (answer.statusCode !== 200) {
      answer.destroy();
      throw new SentinelError("sentinel/verifier-failed", `status ${answer.statusCode}`);
    }
    return JSON.parse(await readAll(answer, maxAnswerBytes));
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof SentinelError) throw error;
    const reason = bounded.aborted ? `no answer within ${timeoutMs} ms` : asError(error).message;
    throw new SentinelError("sentinel/verifier-failed", reason, { cause: error });
  }
}

async function send(
  url: string,
  body: string,
  token: string | undefined,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.startsWith("https:") ? requestHttps : requestHttp;
  const headers = {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(body),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  // One question a minute or so: a connection kept open for the next would mostly be one that has died unseen.
  const outgoing = request(url, { method: "POST", headers, agent: false, signal }, resolve);
  outgoing.on("error", reject);
  outgoing.end(body);
  return await promise;
}

async function readAll(answer: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    bytes += chunk.length;
    // Leaving the loop closes the connection.
    if (bytes > maxBytes)
      throw new SentinelError("sentinel/verifier-failed", `an answer of more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
