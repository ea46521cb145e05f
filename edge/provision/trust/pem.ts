const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;
const LINE = /.{1,64}/g;

/** The certificates of a PEM text, each by itself. */
export function pemBlocks(pem: string): string[] {
  return pem.match(BLOCK) ?? [];
}

/** Certificates, DER, as one PEM text. */
export function pemOf(certificates: readonly Uint8Array[]): string {
  return certificates
    .map((der) => {
      const body = Buffer.from(der).toString("base64").replaceAll(LINE, "$&\n");
      return `-----BEGIN CERTIFICATE-----\n${body}-----END CERTIFICATE-----\n`;
    })
    .join("");
}
