import { randomBytes } from "node:crypto";
import { request as requestHttp, type IncomingMessage } from "node:http";
import { request as requestHttps } from "node:https";

import { asError, errorCode } from "@outpost/kernel/thrown.ts";

import { CameraError, type CameraErrorCode } from "../errors.ts";
import {
  basicAuthorization,
  digestAuthorization,
  strongestChallenge,
  type Challenge,
  type Credentials,
} from "./digest.ts";

export interface HttpRequest {
  readonly url: URL;
  readonly method?: "GET" | "POST";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Answers of 400 and 500 are handed on as well, for SOAP, whose faults are in their bodies. */
  readonly isFaultWanted?: boolean;
}

export interface CameraHttpOptions {
  readonly credentials: Credentials | undefined;
  readonly isCertificateChecked: boolean;
}

/** First without an answer to a challenge, then with one, then with one for a nonce that was not too old. */
const MAX_TRIES = 3;
const MAX_HEADER_BYTES = 16_384;

/**
 * HTTP to one camera, with digest or basic authentication where the camera asks for it. A challenge is kept for the
 * requests after. Redirections are not followed: credentials go to the camera that the settings name, and nowhere else.
 */
export class CameraHttp {
  readonly #options: CameraHttpOptions;
  #challenge: Challenge | undefined;
  #nonceCount = 0;

  constructor(options: CameraHttpOptions) {
    this.#options = options;
  }

  /**
   * @returns an answer of 200 to 299, its body not read yet. Its connection closes when the body ends, is destroyed, or
   *          `signal` aborts.
   * @throws CameraError, or the signal's reason.
   */
  async open(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    // An answer to an old nonce may be refused for its age alone; one to a nonce of this very moment never is.
    let isFresh = false;
    for (let tries = 1; ; tries += 1) {
      const response = await this.#send(request, signal);
      const { statusCode = 0 } = response;
      if (statusCode !== 401) return accepted(response, request);
      const challenge = strongestChallenge(response.headersDistinct["www-authenticate"] ?? []);
      response.destroy();
      const isStale = challenge?.scheme === "digest" && challenge.isStale;
      if ((isFresh && !isStale) || tries === MAX_TRIES || challenge === undefined || !this.#hasCredentials) {
        this.#challenge = undefined;
        throw refusedCredentials(request.url, { challenge, hasCredentials: this.#hasCredentials });
      }
      this.#challenge = challenge;
      this.#nonceCount = 0;
      isFresh = true;
    }
  }

  get #hasCredentials(): boolean {
    return this.#options.credentials !== undefined;
  }

  async #send(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage> {
    signal.throwIfAborted();
    const { url, method = "GET", headers = {}, body } = request;
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const outgoing = send(url, {
      method,
      // A connection of its own: nothing stays open between two pictures.
      agent: false,
      maxHeaderSize: MAX_HEADER_BYTES,
      rejectUnauthorized: this.#options.isCertificateChecked,
      signal,
      headers: { accept: "*/*", connection: "close", ...headers, ...this.#authorization(method, url) },
    });
    outgoing.on("response", resolve);
    // Stays for the connection's life: what breaks after the answer has begun is the body reader's to report.
    outgoing.on("error", reject);
    outgoing.end(body);
    try {
      return await promise;
    } catch (error) {
      signal.throwIfAborted();
      throw connectionError(url, error);
    }
  }

  #authorization(method: string, { pathname, search }: URL): Readonly<Record<string, string>> {
    const { credentials } = this.#options;
    if (this.#challenge === undefined || credentials === undefined) return {};
    if (this.#challenge.scheme === "basic") return { authorization: basicAuthorization(credentials) };
    this.#nonceCount += 1;
    const clientNonce = randomBytes(16).toString("hex");
    const request = { method, uri: pathname + search, nonceCount: this.#nonceCount, clientNonce };
    return { authorization: digestAuthorization(this.#challenge, credentials, request) };
  }
}

/** The chunks of a body as they come. @throws CameraError `camera/ended` where it breaks off, or the signal's reason. */
export async function* bodyChunks(
  url: URL,
  response: IncomingMessage,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  try {
    for await (const chunk of response) yield chunk;
  } catch (error) {
    signal.throwIfAborted();
    throw new CameraError("camera/ended", `${url.host} broke off: ${reasonOf(error)}`, { cause: error });
  } finally {
    response.destroy();
  }
}

/** @throws CameraError `camera/bad-stream` where the body is longer than `maxBytes`; as `bodyChunks`. */
export async function readBody(
  url: URL,
  response: IncomingMessage,
  { maxBytes, signal }: { readonly maxBytes: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of bodyChunks(url, response, signal)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new CameraError("camera/bad-stream", `${url.host} sent more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}

function accepted(response: IncomingMessage, { url, isFaultWanted = false }: HttpRequest): IncomingMessage {
  const { statusCode = 0 } = response;
  const isFault = statusCode === 400 || statusCode === 500;
  if ((statusCode >= 200 && statusCode < 300) || (isFaultWanted && isFault)) return response;
  response.destroy();
  const words =
    statusCode >= 300 && statusCode < 400 ? "sends us to another address, which is not followed" : "refused";
  throw new CameraError("camera/refused", `${url.host} ${words}: HTTP ${statusCode}`);
}

function refusedCredentials(
  { host }: URL,
  { challenge, hasCredentials }: { readonly challenge: Challenge | undefined; readonly hasCredentials: boolean },
): CameraError {
  const words = !hasCredentials
    ? "credentials refused: it asks for some, and the settings have none"
    : challenge === undefined
      ? "credentials refused: it asks for them in a way we do not know"
      : "credentials refused";
  return new CameraError("camera/credentials-refused", `${host}: ${words}`);
}

const CODES: Readonly<Record<string, CameraErrorCode>> = {
  ECONNREFUSED: "camera/unreachable",
  EHOSTUNREACH: "camera/unreachable",
  EHOSTDOWN: "camera/unreachable",
  ENETUNREACH: "camera/unreachable",
  ENETDOWN: "camera/unreachable",
  ENOTFOUND: "camera/unreachable",
  EAI_AGAIN: "camera/unreachable",
  ETIMEDOUT: "camera/timeout",
  CERT_HAS_EXPIRED: "camera/untrusted-certificate",
  CERT_NOT_YET_VALID: "camera/untrusted-certificate",
  DEPTH_ZERO_SELF_SIGNED_CERT: "camera/untrusted-certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "camera/untrusted-certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "camera/untrusted-certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "camera/untrusted-certificate",
  ERR_TLS_CERT_ALTNAME_INVALID: "camera/untrusted-certificate",
};

function connectionError({ host }: URL, thrown: unknown): CameraError {
  const code = errorCode(thrown) ?? "";
  // HPE_…: what came was no HTTP.
  const kind = code.startsWith("HPE_") ? "camera/bad-stream" : (CODES[code] ?? "camera/ended");
  const hint = kind === "camera/untrusted-certificate" ? "; isCertificateChecked: false takes it all the same" : "";
  return new CameraError(kind, `${host}: ${reasonOf(thrown)}${hint}`, { cause: thrown });
}

/** A code where there is one: the texts of certificate errors quote what the other side wrote. */
function reasonOf(thrown: unknown): string {
  return errorCode(thrown) ?? asError(thrown).message.slice(0, 100);
}
