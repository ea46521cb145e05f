import { request as httpRequest, type IncomingMessage } from "node:http";

import { asError } from "@outpost/kernel/thrown.ts";
import { MAX_ENROLMENT_BYTES } from "@outpost/wire/enrolment.ts";

import { ProvisionError } from "../errors.ts";
import { openTrustedSocket, type SocketOptions } from "../trust/trusted-socket.ts";

const ANSWER_WITHIN_MS = 20_000;

export interface FleetRequest {
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer, whole and bounded. */
export interface FleetAnswer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/**
 * Asks the fleet once, over a connection of its own.
 *
 * @throws ProvisionError any but `provision/store`; the reason of `signal` when that aborts.
 */
export async function askFleet(
  request: FleetRequest,
  options: SocketOptions,
  signal: AbortSignal,
): Promise<FleetAnswer> {
  const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
  const socket = await openTrustedSocket(options, within);
  try {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const { method, path, headers = {}, body = "" } = request;
    const asked = httpRequest(
      {
        method,
        path,
        createConnection: () => socket,
        signal: within,
        headers: {
          host: new URL(options.url).host,
          connection: "close",
          ...headers,
          ...(method === "POST" ? { "content-length": Buffer.byteLength(body) } : {}),
        },
      },
      resolve,
    );
    asked.on("error", reject);
    asked.end(method === "POST" ? body : undefined);
    const answer = await promise;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readBounded(answer) };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ProvisionError) throw error;
    const { host } = new URL(options.url);
    throw new ProvisionError("provision/unreachable", `${host}: ${asError(error).message}`, { cause: error });
  } finally {
    socket.destroy();
  }
}

async function readBounded(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > MAX_ENROLMENT_BYTES) throw new ProvisionError("provision/bad-answer", "the fleet's answer is too long");
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}
