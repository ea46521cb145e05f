import "reflect-metadata";
import type { Log } from "@outpost/kernel/log.ts";
import { X509Certificate } from "@peculiar/x509";
import type { Pool } from "pg";

import { announce } from "../store/changes.ts";
import { atomically } from "../store/database.ts";
import type { Authority } from "./authority/authority.ts";
import { parseCertificateRequest, type CertificateRequest } from "./authority/certificate-request.ts";
import { findByKey, keepCertificate, markRevoked, type Revoked } from "./certificates/certificate-rows.ts";
import { recognise, type Recognition } from "./certificates/recognise.ts";
import { useClaim, type Claimed, type ClaimUse } from "./claims/use-claim.ts";
import { judgeRenewal, reasonText, type EnrolPolicy } from "./policy.ts";
import { askDesk, closeRequest } from "./requests.ts";

/** What became of a gateway that asks for a new certificate with its old one. */
export type Renewed =
  | { readonly kind: "issued"; readonly gatewayId: string; readonly certificate: X509Certificate }
  /** The desk has been asked. */
  | { readonly kind: "pending"; readonly reason: string }
  | { readonly kind: "refused"; readonly reason: string }
  /** Whoever asks is no gateway of ours, or asks for another's certificate. */
  | { readonly kind: "foreign"; readonly reason: string };

export interface EnrolmentDeps {
  readonly pool: Pool;
  readonly authority: Authority;
  readonly policy: EnrolPolicy;
  readonly log: Log;
  /** Unix milliseconds. */
  readonly nowMs: () => number;
}

/** The rules of who gets a certificate, over the database. Every fleet process has one; the database joins them. */
export class Enrolment {
  readonly authority: Authority;
  readonly policy: EnrolPolicy;
  readonly pool: Pool;
  readonly nowMs: () => number;
  readonly #log: Log;

  constructor({ pool, authority, policy, log, nowMs }: EnrolmentDeps) {
    this.pool = pool;
    this.authority = authority;
    this.policy = policy;
    this.nowMs = nowMs;
    this.#log = log;
  }

  /** @param csr  PKCS#10, DER. @throws EnrolError `enrol/bad-request`. */
  async claim(use: Pick<ClaimUse, "secret" | "serial" | "reason">, csr: Uint8Array): Promise<Claimed> {
    const request = await parseCertificateRequest(csr);
    const nowMs = this.nowMs();
    const { outcome, superseded } = await useClaim(this.pool, this.authority, this.policy, { ...use, request, nowMs });
    if (superseded !== undefined) await this.#tellRevoked([superseded]);
    if (outcome.kind === "issued") this.#log.info("a gateway was claimed", { gateway: outcome.gatewayId });
    return outcome;
  }

  /** Whose certificate this is. That its holder has the key is the connection's word. */
  async recognise(der: Uint8Array): Promise<Recognition> {
    return await recognise(this.pool, this.authority, der);
  }

  /**
   * A new certificate for who holds an old one, run out or not.
   *
   * @param old     the certificate whose key was proved, DER.
   * @param csr     PKCS#10 with the new key, DER.
   * @param source  where it comes from, for whoever decides.
   * @throws EnrolError `enrol/bad-request`.
   */
  async renew(old: Uint8Array, csr: Uint8Array, source: string): Promise<Renewed> {
    const holder = await this.recognise(old);
    if (holder.kind === "foreign") return holder;
    const { row } = holder;
    const request = await parseCertificateRequest(csr);
    if (request.gatewayId !== row.gatewayId) return { kind: "foreign", reason: "it asks for another's name" };
    const verdict = judgeRenewal(row, this.nowMs(), this.policy);
    return await atomically(this.pool, async (client): Promise<Renewed> => {
      // The same key asking again, because the answer was lost, gets the same certificate; one at a time.
      await client.query("select pg_advisory_xact_lock(hashtext('renew ' || $1))", [row.gatewayId]);
      const issued = await findByKey(client, row.gatewayId, request.publicKeyHash);
      if (issued !== undefined)
        return { kind: "issued", gatewayId: row.gatewayId, certificate: new X509Certificate(issued) };
      if (verdict.kind === "ask") {
        const { publicKeyHash } = request;
        const asked = { gatewayId: row.gatewayId, publicKeyHash, reason: reasonText(verdict.reason), source };
        const state = await askDesk(client, asked);
        if (state === "pending") return { kind: "pending", reason: asked.reason };
        if (state !== "approved") return { kind: "refused", reason: `${asked.reason}, and the desk refused` };
        await closeRequest(client, publicKeyHash);
      }
      const certificate = await this.#issue(row.gatewayId, request);
      const reason = verdict.kind === "ask" ? "approval" : "renewal";
      await keepCertificate(client, certificate, { gatewayId: row.gatewayId, reason, replaces: row.serial });
      this.#log.info("a gateway's certificate was renewed", { gateway: row.gatewayId, reason });
      return { kind: "issued", gatewayId: row.gatewayId, certificate };
    });
  }

  /** A certificate on a person's word alone: he has the gateway's request in his hand. */
  async issueByApproval(gatewayId: string, csr: Uint8Array): Promise<X509Certificate> {
    const certificate = await this.#issue(gatewayId, await parseCertificateRequest(csr));
    await keepCertificate(this.pool, certificate, { gatewayId, reason: "approval" });
    return certificate;
  }

  /** Revokes, and has every fleet process let go of whoever is connected with them. @returns the gateways. */
  async revoke(which: Revoked, note: { readonly by: string; readonly reason: string }): Promise<readonly string[]> {
    const gateways = await markRevoked(this.pool, which, note);
    await this.#tellRevoked(gateways);
    return gateways;
  }

  async #issue(gatewayId: string, request: CertificateRequest): Promise<X509Certificate> {
    return await this.authority.issueGateway(gatewayId, request.publicKey, this.nowMs(), this.policy.certificateLifeMs);
  }

  async #tellRevoked(gateways: readonly string[]): Promise<void> {
    if (gateways.length === 0) return;
    this.#log.warn("certificates were revoked", { gateways });
    await announce(this.pool, { revoked: [...gateways] });
  }
}
