import { createPublicKey, sign, X509Certificate } from "node:crypto";

import { Backoff } from "@outpost/kernel/backoff.ts";
import { Bell } from "@outpost/kernel/bell.ts";
import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { ClaimCode } from "@outpost/wire/claim-code.ts";
import type { SignedDocument } from "@outpost/wire/enrolment.ts";

import { isEnding, planRenewal, renewAtMs, type Life } from "./enrol/renewal-plan.ts";
import { IdentityStore, type Stored } from "./identity-store.ts";
import type { ClaimOutcome, ClaimRequest, Decommissioned, Identity, IdentityState, Trouble } from "./identity.ts";
import type { ImportOutcome } from "./stick/read-grant.ts";
import { viewTime, type FlooredClock, type TimeView } from "./trust/best-time.ts";
import { pemBlocks } from "./trust/pem.ts";
import { openTrustedSocket } from "./trust/trusted-socket.ts";

const LOOK_EVERY_MS = 30_000;
/** The file may be another process's doing: the command line's claim beside a running gateway. */
const LOOK_AT_FILE_EVERY_MS = 2_000;
/** An uplink that is down for so long makes us ask the fleet whether it is our certificate. */
const DOUBT_AFTER_MS = 10_000;
/** How long a new certificate has to bring a live session. */
const TRIAL_MS = 45_000;
const RETRY = { firstMs: 5_000, maxMs: 3_600_000 };

export interface ProvisionDeps {
  readonly clock: Clock & FlooredClock;
  readonly log: Log;
  readonly stateDirectory: string;
  /** Of the site file. */
  readonly gatewayId: string | undefined;
  /** Of the box. */
  readonly serial: string | undefined;
}

/** Who this gateway is towards its fleet, and what keeps it that. Nothing here is waited for by the alarm path. */
export class Provision {
  readonly #deps: ProvisionDeps;
  readonly #store: IdentityStore;
  readonly #listeners = new Set<() => void>();
  readonly #bell = new Bell();
  #stored: Stored = { identity: undefined, candidate: undefined, decommissioned: undefined, damage: undefined };
  /** The candidate while it is tried on a live connection. */
  #trial: Identity | undefined;
  #trouble: Trouble | undefined;
  #renewedAtMs: number | undefined;
  #isLive = false;
  #downSinceMs: number | undefined;
  #isClaiming = false;

  constructor(deps: ProvisionDeps) {
    this.#deps = deps;
    this.#store = new IdentityStore(deps.stateDirectory);
  }

  /** Reads what is on the disk. Call once, before anything else. Never throws. */
  async open(): Promise<void> {
    this.#stored = await this.#store.load();
    const { damage } = this.#stored;
    if (damage !== undefined) this.#deps.log.error("the identity cannot be read; claim again", { reason: damage });
  }

  /** How this gateway stands with its fleet. */
  state(): IdentityState {
    const { identity, decommissioned, damage } = this.#stored;
    if (decommissioned !== undefined) {
      const { orderedBy, reason, atMs } = decommissioned;
      return { kind: "decommissioned", orderedBy, reason, atMs };
    }
    if (identity === undefined)
      return damage === undefined ? { kind: "unclaimed" } : { kind: "damaged", reason: damage };
    const { gatewayId, fleetUrl, mqttUrl } = identity;
    const { serial, ...life } = lifeOf(identity);
    const isExpired = this.#time().bestMs > life.notAfterMs;
    const certificate = { serial, ...life, renewAtMs: renewAtMs(life), isExpired };
    return { kind: "claimed", gatewayId, fleetUrl, mqttUrl, certificate, trouble: this.#trouble };
  }

  /** Whether people should be told: the fleet refuses us, or the certificate's life ends and no new one has come. */
  facts(): { readonly isRefused: boolean; readonly isEnding: boolean } {
    const { identity } = this.#stored;
    if (identity === undefined) return { isRefused: this.#stored.damage !== undefined, isEnding: false };
    const isRefused = this.#trouble !== undefined && this.#trouble.kind !== "unreachable";
    return { isRefused, isEnding: isEnding(lifeOf(identity), this.#time().bestMs) };
  }

  /** Where the broker is, by what the fleet said; undefined without an identity. */
  get mqttUrl(): string | undefined {
    return this.#current?.mqttUrl;
  }

  /** The identity that stands, without one that is only being tried. */
  get identity(): Identity | undefined {
    return this.#stored.identity;
  }

  /** Signs with the gateway's own key (ECDSA P-256, SHA-256, DER); undefined before there is one. */
  sign(content: Uint8Array): { readonly signature: Uint8Array; readonly publicKeyPem: string } | undefined {
    const keyPem = this.#stored.identity?.keyPem;
    if (keyPem === undefined) return undefined;
    const publicKeyPem = createPublicKey(keyPem).export({ type: "spki", format: "pem" }).toString();
    return { signature: sign("sha256", content, keyPem), publicKeyPem };
  }

  /** A signed order has ended this gateway's work: written down for the next start. @throws ProvisionError `provision/store`. */
  async end(ended: Decommissioned): Promise<void> {
    await this.#store.saveDecommissioned(ended);
    await this.#adopt();
  }

  /** Tells of a new identity, or another trouble. @returns what ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Claims this gateway. See `ClaimOutcome`. @throws ProvisionError `provision/store`. */
  async claim(
    request: ClaimRequest,
    options: { readonly replace: boolean },
    signal: AbortSignal,
  ): Promise<ClaimOutcome> {
    if (this.#isClaiming) return { kind: "busy" };
    this.#isClaiming = true;
    try {
      // Loaded here: a gateway that is not being claimed has no use for it.
      const { claimGateway } = await import("./enrol/claim-gateway.ts");
      const { gatewayId, serial } = this.#deps;
      const deps = { store: this.#store, time: () => this.#time(), gatewayId, serial };
      const { outcome, identity } = await claimGateway(request, options, deps, signal);
      if (identity !== undefined) await this.#adopt();
      return outcome;
    } finally {
      this.#isClaiming = false;
    }
  }

  /** A request for a stick, where there is no uplink. @throws ProvisionError `provision/store`. */
  async exportRequest(code: ClaimCode | undefined): Promise<SignedDocument> {
    const { makeStickRequest } = await import("./stick/make-request.ts");
    const { gatewayId, serial, clock } = this.#deps;
    const request = await makeStickRequest(code, { store: this.#store, gatewayId, serial, nowMs: clock.now().wallMs });
    this.#stored = await this.#store.load();
    return request;
  }

  /** The fleet's answer from a stick. @throws ProvisionError `provision/store`. */
  async importGrant(bytes: Uint8Array): Promise<ImportOutcome> {
    const { readGrant } = await import("./stick/read-grant.ts");
    const { floorMs } = this.#time();
    const state = this.state();
    const isExpired = state.kind === "claimed" && state.certificate.isExpired;
    const { gatewayId } = this.#deps;
    const outcome = await readGrant(bytes, { store: this.#store, gatewayId, floorMs, isExpired });
    if (outcome.kind !== "refused") await this.#adopt();
    return outcome;
  }

  /**
   * A connection to the broker with the certificate that is in use.
   *
   * @throws ProvisionError; a plain Error where this gateway has not been claimed.
   */
  async openSocket(url: string, signal: AbortSignal): Promise<Awaited<ReturnType<typeof openTrustedSocket>>> {
    const current = this.#current;
    if (current === undefined) throw new Error("this gateway has not been claimed");
    const { anchorsPem } = current;
    return await openTrustedSocket({ url, anchorsPem, client: current, time: this.#time() }, signal);
  }

  /** How the uplink stands: a live session is what a new certificate has to bring. */
  noteUplink(isLive: boolean): void {
    if (isLive === this.#isLive && (isLive || this.#downSinceMs !== undefined)) return;
    this.#isLive = isLive;
    this.#downSinceMs = isLive ? undefined : this.#deps.clock.monotonicMs();
    if (isLive && this.#trouble !== undefined) this.#setTrouble(undefined);
    this.#bell.ring();
  }

  /** Renews, tries, asks again, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const watching = this.#watchFile(signal);
    const backoff = new Backoff(RETRY);
    while (!signal.aborted) {
      let waitMs = LOOK_EVERY_MS;
      try {
        const isWell = await this.#step(signal);
        if (isWell) backoff.reset();
        else waitMs = backoff.nextMs();
      } catch (error) {
        if (signal.aborted) break;
        this.#deps.log.error("the identity could not be looked after", { reason: asError(error).message });
        waitMs = backoff.nextMs();
      }
      // While the uplink is down there is a question to be asked soon; later ones wait as long as the back-off says.
      const isDoubting = !this.#isLive && this.#trouble === undefined;
      await this.#deps.clock.sleep(isDoubting ? Math.min(waitMs, DOUBT_AFTER_MS) : waitMs, signal).catch(() => {});
    }
    await watching;
  }

  /** @returns whether nothing needs to be tried again soon. */
  async #step(signal: AbortSignal): Promise<boolean> {
    const { identity, candidate, decommissioned } = this.#stored;
    if (identity === undefined || decommissioned !== undefined) return true;
    const nowMs = this.#deps.clock.monotonicMs();
    if (await this.#isDoubted(identity, nowMs, signal)) return false;
    const step = planRenewal({
      life: lifeOf(identity),
      bestMs: this.#time().bestMs,
      candidate: candidate?.issued === undefined ? "none" : "issued",
      isRefused: this.#trouble?.kind === "refused" || this.#trouble?.kind === "awaiting-approval",
      sinceRenewalMs: this.#renewedAtMs === undefined ? undefined : nowMs - this.#renewedAtMs,
    });
    switch (step.kind) {
      case "rest":
        return this.#trouble === undefined;
      case "try":
        return await this.#try(candidate?.issued, signal);
      case "ask":
        return await this.#ask(identity, step.why, signal);
    }
  }

  /** Finds out what is wrong where the uplink has been down for a while. @returns whether the fleet cannot be asked. */
  async #isDoubted(identity: Identity, nowMs: number, signal: AbortSignal): Promise<boolean> {
    if (this.#isLive || this.#downSinceMs === undefined || nowMs - this.#downSinceMs < DOUBT_AFTER_MS) return false;
    const { askStanding } = await import("./enrol/renew-gateway.ts");
    const asked = await askStanding(identity, this.#time(), signal);
    if (asked.kind === "trouble") {
      this.#setTrouble(
        this.#trouble?.kind === "awaiting-approval" && asked.trouble.kind === "refused" ? this.#trouble : asked.trouble,
      );
      return asked.trouble.kind !== "refused";
    }
    this.#setTrouble(undefined);
    if (asked.kind === "welcome" && asked.mqttUrl !== identity.mqttUrl) {
      this.#deps.log.info("the fleet's broker has moved", { mqttUrl: asked.mqttUrl });
      await this.#store.saveIdentity({ ...identity, mqttUrl: asked.mqttUrl });
      await this.#adopt();
    }
    return false;
  }

  async #ask(identity: Identity, why: string, signal: AbortSignal): Promise<boolean> {
    const { renewGateway } = await import("./enrol/renew-gateway.ts");
    this.#deps.log.info("asking for a new certificate", { why });
    const asked = await renewGateway(identity, { store: this.#store, time: () => this.#time() }, signal);
    if (asked.kind === "trouble") {
      this.#setTrouble(asked.trouble);
      return false;
    }
    this.#stored = await this.#store.load();
    return await this.#try(this.#stored.candidate?.issued, signal);
  }

  /** Has the uplink use the new certificate; the old one goes when that has brought a live session, not before. */
  async #try(issued: Identity | undefined, signal: AbortSignal): Promise<boolean> {
    if (issued === undefined) return true;
    this.#trial = issued;
    this.#isLive = false;
    this.#tell();
    const isGood = await this.#becomesLive(signal);
    if (!isGood) {
      this.#trial = undefined;
      this.#deps.log.warn("the new certificate brought no session; the old one is kept, and the new one tried again");
      this.#tell();
      return false;
    }
    await this.#store.saveIdentity(issued);
    this.#renewedAtMs = this.#deps.clock.monotonicMs();
    this.#stored = await this.#store.load();
    this.#trial = undefined;
    this.#deps.log.info("the new certificate is in use", { notAfterMs: lifeOf(issued).notAfterMs });
    this.#setTrouble(undefined);
    return true;
  }

  async #becomesLive(signal: AbortSignal): Promise<boolean> {
    const over = new AbortController();
    const within = AbortSignal.any([signal, over.signal]);
    const timer = this.#deps.clock.sleep(TRIAL_MS, within).then(
      () => over.abort(),
      () => {},
    );
    while (!this.#isLive && !within.aborted) await this.#bell.next(within).catch(() => {});
    over.abort();
    await timer;
    signal.throwIfAborted();
    return this.#isLive;
  }

  async #watchFile(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#deps.clock.sleep(LOOK_AT_FILE_EVERY_MS, signal).catch(() => {});
      if (this.#trial !== undefined || this.#isClaiming) continue;
      const { identity, candidate, decommissioned } = await this.#store.load();
      const isSame =
        identity?.chainPem === this.#stored.identity?.chainPem &&
        candidate?.issued?.chainPem === this.#stored.candidate?.issued?.chainPem;
      if (!isSame || decommissioned?.orderId !== this.#stored.decommissioned?.orderId) await this.#adopt();
    }
  }

  async #adopt(): Promise<void> {
    this.#stored = await this.#store.load();
    this.#trouble = undefined;
    this.#renewedAtMs = undefined;
    this.#tell();
  }

  get #current(): Identity | undefined {
    return this.#trial ?? this.#stored.identity;
  }

  #time(): TimeView {
    return viewTime(this.#deps.clock);
  }

  #setTrouble(trouble: Trouble | undefined): void {
    if (trouble?.kind === this.#trouble?.kind && trouble?.reason === this.#trouble?.reason) return;
    this.#trouble = trouble;
    if (trouble !== undefined) this.#deps.log.warn("fleet and gateway do not come together", trouble);
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function lifeOf(identity: Identity): Life & { readonly serial: string } {
  const certificate = new X509Certificate(pemBlocks(identity.chainPem)[0] ?? "");
  return {
    serial: certificate.serialNumber.toLowerCase(),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  };
}
