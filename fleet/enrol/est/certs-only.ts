import "reflect-metadata";
import { type X509Certificate, X509Certificates } from "@peculiar/x509";

const LINE = /.{1,76}/g;

/**
 * Certificates as EST sends them: a degenerate PKCS#7 SignedData without a signature, DER in base64.
 *
 * @see RFC 7030, sections 4.1.3 and 4.2.3; RFC 5652; RFC 8951 (no Content-Transfer-Encoding is heeded)
 */
export function certsOnly(certificates: readonly X509Certificate[]): string {
  const raw = Buffer.from(new X509Certificates([...certificates]).export("raw"));
  return raw.toString("base64").replaceAll(LINE, "$&\n");
}
