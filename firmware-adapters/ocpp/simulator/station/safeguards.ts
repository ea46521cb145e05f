import type { RootUse } from "../../protocol/certificates.ts";
import type { CommandsDeps } from "./commands.ts";
import type { CertificateHash, Keystore } from "./keystore.ts";
import { updateSigned } from "./signed-update.ts";

/** Firmware as it is offered. */
export interface OfferedFirmware {
  readonly location: string;
  /** PEM. */
  readonly certificate: string;
  readonly signature: string;
}

const MIN_KEY = 16;
const MAX_KEY = 40;

/** What the central side may ask of a station about whom it trusts and how it calls, in no version's words. */
export class Safeguards {
  readonly #keystore: Keystore;
  readonly #deps: CommandsDeps;
  #securityProfile = 0;

  constructor(keystore: Keystore, deps: CommandsDeps) {
    this.#keystore = keystore;
    this.#deps = deps;
  }

  get securityProfile(): number {
    return this.#securityProfile;
  }

  installRoot(use: RootUse, pem: string): Promise<boolean> {
    return this.#keystore.install(use, pem, this.#deps.nowMs());
  }

  roots(use: RootUse | undefined): ReturnType<Keystore["installed"]> {
    return this.#keystore.installed(use);
  }

  removeRoot(which: CertificateHash): boolean {
    return this.#keystore.remove(which);
  }

  /** Asks for a certificate of its own, after the answer. */
  askForCertificate(): void {
    const { cabinet, dialect, commonName } = this.#deps;
    cabinet.later(async () => cabinet.ask(dialect.signCertificate(await this.#keystore.request(commonName))));
  }

  /** @returns whether it is the one that was asked for; the station calls with it from then on. */
  async takeCertificate(chain: string): Promise<boolean> {
    const own = await this.#keystore.take(chain, this.#deps.nowMs());
    return own !== undefined && this.#deps.cabinet.callAs({ own });
  }

  /** @returns whether it fits; the station calls with it from then on. */
  setKey(key: string): boolean {
    return key.length >= MIN_KEY && key.length <= MAX_KEY && this.#deps.cabinet.callAs({ key });
  }

  /** @returns whether it is a higher one, for which the station has an address. */
  raiseProfile(profile: number): boolean {
    if (!(profile > this.#securityProfile) || profile > 3) return false;
    if (!this.#deps.cabinet.callAs({ securityProfile: profile })) return false;
    this.#securityProfile = profile;
    return true;
  }

  /** @returns whether the certificate is the maker's; what becomes of the firmware is told step by step. */
  update({ location, certificate, signature }: OfferedFirmware, requestId: number): boolean {
    const { cabinet, dialect } = this.#deps;
    const nowMs = this.#deps.nowMs();
    const signer = this.#keystore.trustedSigner(certificate, nowMs);
    const tell = (type: string): Promise<unknown> => cabinet.ask(dialect.securityEvent(type, nowMs));
    if (signer === undefined) {
      cabinet.later(() => tell("InvalidFirmwareSigningCertificate"));
      return false;
    }
    cabinet.later(async () => {
      const isRight = await updateSigned({ location, signature, signer }, (step) =>
        cabinet.ask(dialect.firmware(step, requestId)),
      );
      if (isRight === false) await tell("InvalidFirmwareSignature");
    });
    return true;
  }
}
