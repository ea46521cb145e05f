import { createHmac, randomBytes, randomInt } from "node:crypto";

const DOMAIN = "outpost locker code 1";
const MINUTE_MS = 60_000;
const WINDOW_MINUTES = { least: 60, most: 1_440 };
const CODES = 100_000_000;
/** As many as a compartment may be given in one window. */
const ORDERS = 4;

/** The parcel company of a demo: it shares a secret with the locker wall and hands out pick-up codes. */
export interface Courier {
  readonly cabinetId: string;
  /** In base64. */
  readonly secret: string;
  readonly windowMinutes: number;
  /**
   * A numeric code for one compartment, good from the present window on, as the locker's README describes them.
   *
   * @param order  how many this compartment has been given in this window.
   */
  codeFor(compartment: string, order: number, nowMs: number): string;
}

/**
 * A company with a secret of its own: no code of an earlier demo opens anything. Its windows have a length of their own
 * too, because the wall remembers used codes by their place (compartment, window, order), also those of an earlier demo.
 */
export function newCourier(cabinetId: string): Courier {
  const secret = randomBytes(20);
  const windowMinutes = randomInt(WINDOW_MINUTES.least, WINDOW_MINUTES.most + 1);
  return {
    cabinetId,
    secret: secret.toString("base64"),
    windowMinutes,
    codeFor(compartment, order, nowMs) {
      const window = Math.floor(nowMs / (windowMinutes * MINUTE_MS));
      const digest = createHmac("sha256", secret).update(`${DOMAIN}\0${cabinetId}\0${compartment}\0${window}`).digest();
      return String((digest.readUInt32BE((order % ORDERS) * 4) & 0x7fff_ffff) % CODES).padStart(8, "0");
    },
  };
}
