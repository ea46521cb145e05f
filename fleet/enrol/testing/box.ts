import "reflect-metadata";
import { webcrypto } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";
import { text } from "node:stream/consumers";

import { parseClaimText } from "@outpost/wire/claim-code.ts";
import { CONNECTION_PATH, EST_PATH } from "@outpost/wire/enrolment.ts";
import { Pkcs10CertificateRequestGenerator, X509Certificates } from "@peculiar/x509";

import { SIGNING } from "../authority/signing.ts";

/** What the fleet's listener for gateways said. */
export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A key as a gateway makes it, with its request. */
export interface BoxKey {
  readonly keyPem: string;
  /** PKCS#10 in base64. */
  readonly csr: string;
}

/** @param commonName  what the request asks for; undefined: no name at all. */
export async function makeKey(commonName: string | undefined): Promise<BoxKey> {
  const keys = await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
  const name = commonName === undefined ? "" : [{ CN: [commonName] }];
  const csr = await Pkcs10CertificateRequestGenerator.create({ name, keys, signingAlgorithm: SIGNING });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return { keyPem: `-----BEGIN PRIVATE KEY-----\n${pkcs8}\n-----END PRIVATE KEY-----\n`, csr: csr.toString("base64") };
}

/** A client certificate and its key, PEM. */
export interface ClientIdentity {
  readonly key: string;
  readonly cert: string;
}

/** Speaks with the listener for gateways as a box does, whose names are `127.0.0.1` and whose root is `ca`. */
export class Box {
  readonly #port: number;
  readonly #ca: string;

  constructor(port: number, ca: string) {
    this.#port = port;
    this.#ca = ca;
  }

  async ask(path: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const request = httpsRequest(
      { host: "127.0.0.1", port: this.#port, path, ca: this.#ca, agent: false, ...options },
      (response) => {
        readAnswer(response).then(resolve, reject);
      },
    );
    request.on("error", reject);
    request.end(body);
    return await promise;
  }

  async enrol(code: string, csr: string, serial = "-"): Promise<Answer> {
    const secret = parseClaimText(code)?.code.secret ?? code;
    const headers = {
      "content-type": "application/pkcs10",
      authorization: `Basic ${Buffer.from(`${serial}:${secret}`).toString("base64")}`,
    };
    return await this.ask(`${EST_PATH}/simpleenroll`, { method: "POST", headers }, csr);
  }

  async renew(identity: ClientIdentity, csr: string): Promise<Answer> {
    const headers = { "content-type": "application/pkcs10" };
    return await this.ask(`${EST_PATH}/simplereenroll`, { method: "POST", headers, ...identity }, csr);
  }

  async connection(identity: Partial<ClientIdentity>): Promise<Answer> {
    return await this.ask(CONNECTION_PATH, identity);
  }

  /** Claims, and is a client with a certificate then. @throws Error with the fleet's words where it does not want that. */
  async claim(code: string, gatewayId: string | undefined, serial?: string): Promise<ClientIdentity> {
    const { keyPem: key, csr } = await makeKey(gatewayId);
    const answer = await this.enrol(code, csr, serial);
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
    return { key, cert: certificateOf(answer) };
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** The one certificate of an answer, PEM. */
export function certificateOf(answer: Answer): string {
  const [certificate] = new X509Certificates(answer.body.replaceAll(/\s/g, ""));
  if (certificate === undefined) throw new Error("there is no certificate in the answer");
  return certificate.toString("pem");
}
