import "reflect-metadata";
import { randomBytes, webcrypto } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createHttps, type Server } from "node:https";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { createServer as createTls, type Server as TlsServer } from "node:tls";

import { CONNECTION_PATH, EST_PATH, FLEET_NAME, SIGNED_PREFIX, type SignedDocument } from "@outpost/wire/enrolment.ts";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsageExtension,
  type Extension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  X509Certificates,
  type PublicKey,
  type X509Certificate,
} from "@peculiar/x509";

import type { Identity } from "../identity.ts";

const SIGNING = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const CLIENT = "1.3.6.1.5.5.7.3.2";
const SERVER = "1.3.6.1.5.5.7.3.1";
export const CODE_SIGNING = "1.3.6.1.5.5.7.3.3";
const DAY_MS = 86_400_000;

/** How the listener answers: as it should, with a bare status, or with something that is no answer. */
export type Answering = "good" | "garbage" | "empty" | 202 | 401 | 403 | 404 | 500;

/** From when to when a certificate holds, in days from now. */
export interface Days {
  readonly from: number;
  readonly to: number;
}

type Keys = webcrypto.CryptoKeyPair;

/** An authority with its two listeners, which a test has make every mistake that a fleet can make. */
export class ScriptedAuthority implements AsyncDisposable {
  answering: Answering = "good";
  /** Whether a gateway gets through to the broker. */
  isBrokerOpen = true;
  readonly asked: string[] = [];
  readonly #root: X509Certificate;
  readonly #keys: Keys;
  readonly #https: Server;
  readonly #mqtts: TlsServer;
  readonly #gatewayId: string;

  private constructor(gatewayId: string, root: X509Certificate, keys: Keys, brokerPort: number) {
    this.#gatewayId = gatewayId;
    this.#root = root;
    this.#keys = keys;
    const demanding = { requestCert: true, rejectUnauthorized: false, minVersion: "TLSv1.3" } as const;
    this.#https = createHttps(demanding, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    this.#mqtts = createTls(demanding, (socket) => {
      socket.on("error", () => {});
      if (!this.isBrokerOpen) {
        socket.destroy();
        return;
      }
      const inner = connect(brokerPort, "127.0.0.1");
      inner.on("error", () => socket.destroy());
      socket.on("close", () => inner.destroy());
      inner.on("close", () => socket.destroy());
      socket.pipe(inner).pipe(socket);
    });
  }

  /** @param brokerPort  a plain broker of loopback that stands behind the door for certificates. */
  static async open(gatewayId: string, brokerPort: number): Promise<ScriptedAuthority> {
    const { root, keys } = await makeRoot();
    const authority = new ScriptedAuthority(gatewayId, root, keys, brokerPort);
    await authority.present({ from: -1, to: 90 });
    for (const server of [authority.#https, authority.#mqtts]) {
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
    }
    return authority;
  }

  get url(): string {
    return `https://127.0.0.1:${portOf(this.#https)}`;
  }

  get mqttUrl(): string {
    return `mqtts://127.0.0.1:${portOf(this.#mqtts)}`;
  }

  get rootDer(): Buffer {
    return Buffer.from(this.#root.rawData);
  }

  /** From now on the listeners show such a certificate; `by` another authority: we have been replaced by a stranger. */
  async present(days: Days, by: ScriptedAuthority = this): Promise<void> {
    const keys = await newKeys();
    const names = new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }]);
    const usage = new ExtendedKeyUsageExtension([SERVER]);
    const certificate = await by.issue(FLEET_NAME, keys.publicKey, days, [usage, names]);
    const context = { key: await keyPem(keys), cert: certificate.toString("pem"), ca: this.#root.toString("pem") };
    this.#https.setSecureContext(context);
    this.#mqtts.setSecureContext(context);
  }

  /** An identity that we issued, as it stands on a gateway's disk. */
  async identity(days: Days): Promise<Identity> {
    const keys = await newKeys();
    const certificate = await this.issue(this.#gatewayId, keys.publicKey, days);
    return {
      v: 1,
      gatewayId: this.#gatewayId,
      keyPem: await keyPem(keys),
      chainPem: certificate.toString("pem"),
      anchorsPem: `${this.#root.toString("pem")}\n`,
      fleetUrl: this.url,
      mqttUrl: this.mqttUrl,
    };
  }

  /** Signs a document as the fleet does, unless `who` says otherwise. */
  async sign(content: object, who: { readonly name?: string; readonly usage?: string } = {}): Promise<SignedDocument> {
    const keys = await newKeys();
    const usage = new ExtendedKeyUsageExtension([who.usage ?? CODE_SIGNING]);
    const signer = await this.issue(who.name ?? FLEET_NAME, keys.publicKey, { from: -1, to: 90 }, [usage]);
    const payload = Buffer.from(JSON.stringify(content));
    const signed = Buffer.concat([Buffer.from(SIGNED_PREFIX), payload]);
    const signature = Buffer.from(await webcrypto.subtle.sign(SIGNING, keys.privateKey, signed));
    return {
      v: 1,
      payload: payload.toString("base64"),
      certificates: [Buffer.from(signer.rawData).toString("base64")],
      signature: signature.toString("base64"),
    };
  }

  async issue(
    commonName: string,
    publicKey: PublicKey | webcrypto.CryptoKey,
    { from, to }: Days,
    extensions: readonly Extension[] = [new ExtendedKeyUsageExtension([CLIENT])],
  ): Promise<X509Certificate> {
    return await X509CertificateGenerator.create({
      serialNumber: randomBytes(8).toString("hex").replace(/^./, "4"),
      subject: [{ CN: [commonName] }],
      issuer: this.#root.subjectName,
      notBefore: new Date(Date.now() + from * DAY_MS),
      notAfter: new Date(Date.now() + to * DAY_MS),
      publicKey,
      signingKey: this.#keys.privateKey,
      signingAlgorithm: SIGNING,
      extensions: [...extensions],
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#https.closeAllConnections();
    const closed = [this.#https, this.#mqtts].map(async (server) => await once(server.close(), "close"));
    this.isBrokerOpen = false;
    await Promise.race([Promise.all(closed), new Promise((resolve) => setTimeout(resolve, 2_000).unref())]);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    this.asked.push(`${request.method} ${path}`);
    const body = await text(request);
    if (typeof this.answering === "number") response.writeHead(this.answering).end("no\n");
    else if (this.answering === "empty") response.writeHead(200).end();
    else if (this.answering === "garbage") response.writeHead(200).end(randomBytes(5_000));
    else if (path === CONNECTION_PATH) {
      response.end(JSON.stringify({ v: 1, gatewayId: this.#gatewayId, mqttUrl: this.mqttUrl }));
    } else if (path === `${EST_PATH}/cacerts`) response.end(new X509Certificates([this.#root]).export("base64"));
    else {
      const { publicKey } = new Pkcs10CertificateRequest(body);
      const certificate = await this.issue(this.#gatewayId, publicKey, { from: -1, to: 89 });
      response.end(new X509Certificates([certificate]).export("base64"));
    }
  }
}

async function makeRoot(): Promise<{ root: X509Certificate; keys: Keys }> {
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: [{ CN: [`Root ${randomBytes(4).toString("hex")}`] }],
    notBefore: new Date(Date.now() - 1_000 * DAY_MS),
    notAfter: new Date(Date.now() + 1_000 * DAY_MS),
    signingAlgorithm: SIGNING,
    keys,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  return { root, keys };
}

async function newKeys(): Promise<Keys> {
  return await webcrypto.subtle.generateKey(SIGNING, true, ["sign", "verify"]);
}

async function keyPem(keys: Keys): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}

function portOf(server: TlsServer): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
