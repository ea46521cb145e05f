import { createHash } from "node:crypto";

import { CameraError } from "../../errors.ts";
import { descend, escapeXml, parseXml, type XmlElement } from "../../onvif/xml.ts";
import { onvifAnswer, type OnvifFacts } from "./answers.ts";

export interface OnvifDeviceOptions extends OnvifFacts {
  /** Nobody is asked for credentials where absent. */
  readonly credentials?: { readonly username: string; readonly password: string };
  /** How it wants to be shown them: in the message, or as any web server. */
  readonly auth: "token" | "digest";
  /** How far its clock is ahead of ours. */
  readonly clockSkewMs: number;
  /** False: even its clock is told to nobody without credentials, against the specification. */
  readonly isClockPublic: boolean;
}

export interface OnvifRequest {
  readonly path: string;
  /** What the other side calls us. */
  readonly host: string;
  /** Asks the web server's guard. */
  readonly challenge: () => string | undefined;
}

export interface OnvifReply {
  readonly status: number;
  readonly body: string;
  readonly challenge?: string;
}

const MAX_TOKEN_AGE_MS = 5_000;

/** An ONVIF device's SOAP services. @see ONVIF Core Specification, sections 5.9 and 8 */
export class OnvifDevice {
  readonly #options: OnvifDeviceOptions;
  /** By the operations asked for, in their order: for tests. */
  readonly asked: string[] = [];

  constructor(options: OnvifDeviceOptions) {
    this.#options = options;
  }

  answer(text: string, { path, host, challenge }: OnvifRequest): OnvifReply {
    let envelope: XmlElement;
    try {
      envelope = parseXml(text);
    } catch (error) {
      if (!(error instanceof CameraError)) throw error;
      return fault(400, "s:Sender", "ter:WellFormed");
    }
    const operation = descend(envelope, "Body")?.children[0];
    if (operation === undefined) return fault(400, "s:Sender", "ter:WellFormed");
    if (this.asked.length < 1_000) this.asked.push(operation.name);
    const isPublic = operation.name === "GetSystemDateAndTime" && this.#options.isClockPublic;
    if (!isPublic && this.#options.credentials !== undefined) {
      const asks = this.#options.auth === "digest" ? challenge() : undefined;
      if (asks !== undefined) return { status: 401, body: "", challenge: asks };
      if (this.#options.auth === "token" && !this.#isTokenRight(envelope)) {
        return fault(400, "s:Sender", "ter:NotAuthorized");
      }
    }
    const { clockSkewMs } = this.#options;
    const body = onvifAnswer(operation, this.#options, { path, host, nowMs: Date.now() + clockSkewMs });
    return body === undefined
      ? fault(500, "s:Receiver", "ter:ActionNotSupported")
      : { status: 200, body: soapEnvelope(body) };
  }

  #isTokenRight(envelope: XmlElement): boolean {
    const token = descend(envelope, "Header", "Security", "UsernameToken");
    const word = (name: string): string => descend(token, name)?.text ?? "";
    const { username = "", password = "" } = this.#options.credentials ?? {};
    const created = word("Created");
    const ageMs = Date.now() + this.#options.clockSkewMs - Date.parse(created);
    if (word("Username") !== username || !(Math.abs(ageMs) <= MAX_TOKEN_AGE_MS)) return false;
    const nonce = Buffer.from(word("Nonce"), "base64");
    const expected = createHash("sha1").update(nonce).update(created).update(password).digest("base64");
    return word("Password") === expected;
  }
}

function soapEnvelope(body: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tr2="http://www.onvif.org/ver20/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"><s:Body>${body}</s:Body></s:Envelope>`;
}

function fault(status: number, code: string, subcode: string): OnvifReply {
  const words = escapeXml(`${subcode} was said`);
  const body = `<s:Fault><s:Code><s:Value>${code}</s:Value><s:Subcode><s:Value>${subcode}</s:Value></s:Subcode></s:Code><s:Reason><s:Text xml:lang="en">${words}</s:Text></s:Reason></s:Fault>`;
  return { status, body: soapEnvelope(body) };
}
