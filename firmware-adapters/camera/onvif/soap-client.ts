import { randomBytes } from "node:crypto";

import type { Clock } from "@outpost/kernel/clock.ts";

import { CameraError } from "../errors.ts";
import { CameraHttp, readBody, type CameraHttpOptions } from "../http/camera-http.ts";
import { securityHeader } from "./username-token.ts";
import { MAX_XML_BYTES, descend, parseXml, type XmlElement } from "./xml.ts";

export interface SoapClientDeps {
  readonly clock: Clock;
}

export interface SoapRequest {
  readonly url: URL;
  /** The one element of the body, with its namespace. */
  readonly body: string;
  /** The name of the element that must come back. */
  readonly answer: string;
}

/**
 * SOAP 1.2 to one camera. Proves who we are twice over, as ONVIF's core specification asks (section 5.9): by a
 * UsernameToken dated by the camera's own clock, and by HTTP digest where the camera asks for that.
 */
export class SoapClient {
  readonly #http: CameraHttp;
  readonly #options: CameraHttpOptions;
  readonly #clock: Clock;
  /** What to add to our monotonic clock to have the camera's clock, both in milliseconds. */
  #cameraClockOffsetMs: number | undefined;

  constructor(options: CameraHttpOptions, { clock }: SoapClientDeps) {
    this.#http = new CameraHttp(options);
    this.#options = options;
    this.#clock = clock;
  }

  /** From now on tokens are dated by the camera's clock. */
  setCameraTime(wallMs: number): void {
    this.#cameraClockOffsetMs = wallMs - this.#clock.monotonicMs();
  }

  /**
   * @returns the answer's element.
   * @throws CameraError `camera/credentials-refused` or `camera/refused` where the camera answers with a fault;
   *         others as `CameraHttp`; the signal's reason.
   */
  async call({ url, body, answer }: SoapRequest, signal: AbortSignal): Promise<XmlElement> {
    const response = await this.#http.open(
      {
        url,
        method: "POST",
        headers: { "content-type": "application/soap+xml; charset=utf-8" },
        body: this.#envelope(body),
        isFaultWanted: true,
      },
      signal,
    );
    const text = (await readBody(url, response, { maxBytes: MAX_XML_BYTES, signal })).toString("utf8");
    const soapBody = descend(parseXml(text), "Body");
    const found = descend(soapBody, answer);
    if (found !== undefined) return found;
    throw faultError(url.host, descend(soapBody, "Fault"), answer);
  }

  #envelope(body: string): string {
    const header = `<s:Header>${this.#security()}</s:Header>`;
    return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${header}<s:Body>${body}</s:Body></s:Envelope>`;
  }

  #security(): string {
    const { credentials } = this.#options;
    if (credentials === undefined || this.#cameraClockOffsetMs === undefined) return "";
    const created = new Date(this.#clock.monotonicMs() + this.#cameraClockOffsetMs).toISOString();
    return securityHeader(credentials, { nonce: randomBytes(16), created });
  }
}

function faultError(host: string, fault: XmlElement | undefined, wanted: string): CameraError {
  if (fault === undefined) return new CameraError("camera/bad-stream", `${host} answered without ${wanted}`);
  // SOAP 1.2 nests sub-codes; ONVIF's own word is the innermost.
  const codes: string[] = [];
  for (let code = descend(fault, "Code"); code !== undefined; code = descend(code, "Subcode")) {
    codes.push(descend(code, "Value")?.text.split(":").at(-1) ?? "");
  }
  if (codes.includes("NotAuthorized")) {
    return new CameraError("camera/credentials-refused", `${host}: credentials refused`);
  }
  // A token of its own words only: the text beside it may say anything.
  const word = codes.findLast((code) => /^[A-Za-z]{1,40}$/.test(code)) ?? "a fault";
  return new CameraError("camera/refused", `${host} refused: ONVIF ${word}`);
}
