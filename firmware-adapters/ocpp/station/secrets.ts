import { asError } from "@outpost/kernel/thrown.ts";

import type { DeviceDeps } from "../../adapter.ts";
import type { CommandOutcome } from "../../event.ts";
import type { Facts } from "../protocol/facts.ts";
import type { ExpectedStation } from "../server/ocpp-server.ts";
import type { OcppSettings } from "../settings.ts";
import type { AuthorityFiles } from "../site/station-authority.ts";
import type { Background } from "./background.ts";
import { Passwords } from "./passwords.ts";
import { CERTIFICATE_SIGNED, SET_PASSWORD, type StationProtocol } from "./station-host.ts";

export interface SecretsDeps extends Pick<DeviceDeps, "memory" | "clock" | "log"> {
  readonly background: Background;
  authority(): AuthorityFiles | undefined;
  /** While it is connected. */
  speaking(): StationProtocol | undefined;
  note(name: string, facts: Facts): void;
}

/** The answer to a request leaves before the certificate does. */
const AFTER_ANSWER_MS = 100;

/** By what one charge point shows who it is, and how that is changed: its password, its certificate, its profile. */
export class Secrets {
  readonly #settings: OcppSettings;
  readonly #deps: SecretsDeps;
  readonly #passwords: Passwords | undefined;

  constructor(settings: OcppSettings, deps: SecretsDeps) {
    this.#settings = settings;
    this.#deps = deps;
    const { authorizationKey } = settings;
    this.#passwords = authorizationKey === undefined ? undefined : new Passwords(authorizationKey, deps.memory);
  }

  /** Who may call, and with what. */
  caller(station: Pick<ExpectedStation, "identity" | "versions" | "onConnect">): ExpectedStation {
    const { securityProfile, commonName = station.identity } = this.#settings;
    const passwords = this.#passwords;
    return {
      ...station,
      securityProfile,
      commonName,
      get password() {
        return passwords?.own;
      },
      get nextPassword() {
        return passwords?.next;
      },
      onNextPassword: () => this.#deps.background.begin("password", async () => passwords?.take()),
    };
  }

  /** The protocol with the methods that need more than a message. */
  guarded(protocol: StationProtocol | undefined): StationProtocol | undefined {
    if (protocol === undefined) return undefined;
    return {
      onCall: protocol.onCall,
      settleIn: (signal) => protocol.settleIn(signal),
      setFallback: (...fallback) => protocol.setFallback(...fallback),
      setLimit: (...limit) => protocol.setLimit(...limit),
      call: async (methodId, given, signal) => {
        if (methodId === "new-password") return await this.#newPassword(protocol, signal);
        const objection = methodId === "set-configuration" ? this.#objectionTo(given) : undefined;
        return objection ?? (await protocol.call(methodId, given, signal));
      },
    };
  }

  /** Signs a certificate and sends it after the answer. @returns whether it will. */
  async sign(csr: string): Promise<boolean> {
    const { clock, log, background } = this.#deps;
    const files = this.#deps.authority();
    const { identity, commonName = identity } = this.#settings;
    if (files === undefined) return false;
    try {
      // Loaded here: few sites have an authority, and X.509 is tens of megabytes.
      const { signStation } = await import("../site/station-authority.ts");
      const chain = await signStation(files, csr, { commonName, nowMs: clock.now().wallMs });
      background.begin("certificate", async (signal) => {
        await clock.sleep(AFTER_ANSWER_MS, signal);
        const outcome = await this.#deps.speaking()?.call(CERTIFICATE_SIGNED, { chain }, signal);
        this.#deps.note("certificate-signed", { outcome: outcome?.kind ?? "offline", detail: detailOf(outcome) });
      });
      return true;
    } catch (error) {
      log.warn("no certificate for a charge point", { identity, reason: asError(error).message });
      return false;
    }
  }

  /** @see OCPP 1.6 security whitepaper edition 3, section 2; OCPP 2.0.1 part 2, A00.FR.005: never lowered */
  #objectionTo({ key, value }: Facts): CommandOutcome | undefined {
    if (!/^(?:SecurityProfile|SecurityCtrlr\.SecurityProfile)$/i.test(String(key))) return undefined;
    if (Number(value) > this.#settings.securityProfile) return undefined;
    const detail = `the profile is ${this.#settings.securityProfile} and is never lowered`;
    return { kind: "refused", reason: "bad-arguments", detail };
  }

  async #newPassword(protocol: StationProtocol, signal: AbortSignal): Promise<CommandOutcome> {
    const passwords = this.#passwords;
    if (passwords === undefined) return { kind: "refused", reason: "bad-arguments", detail: "it has no password" };
    const isNew = passwords.next === undefined;
    const outcome = await protocol.call(SET_PASSWORD, { password: await passwords.draw() }, signal);
    // Nobody knows whether an answer that was lost was a yes: then both stay right, also after a later no.
    if (outcome.kind === "refused" && isNew) await passwords.drop();
    return outcome;
  }
}

function detailOf(outcome: CommandOutcome | undefined): string {
  return outcome !== undefined && "detail" in outcome ? (outcome.detail ?? "") : "";
}
