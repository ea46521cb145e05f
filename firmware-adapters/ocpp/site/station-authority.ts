import "reflect-metadata";
import { createPrivateKey, webcrypto } from "node:crypto";
import { readFile } from "node:fs/promises";

import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";

/** Where the authority is that signs charge points' certificates. PEM files, read at each use. */
export interface AuthorityFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly validDays: number;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/**
 * Signs a charge point's certificate for the key in its request. Of what the request asks for, only the name is heeded,
 * and that must be the station's own.
 *
 * @param csr  PKCS#10, PEM.
 * @returns the certificate and its authority's, PEM.
 * @throws Error where the request is none, is not signed by its own key, names another, or the files cannot be used.
 * @see OCPP 2.0.1 part 2, A02; OCPP 1.6 security whitepaper edition 3, section 3.4
 */
export async function signStation(
  { certFile, keyFile, validDays }: AuthorityFiles,
  csr: string,
  { commonName, nowMs }: { readonly commonName: string; readonly nowMs: number },
): Promise<string> {
  const request = new Pkcs10CertificateRequest(csr);
  if (!(await request.verify())) throw new Error("the request is not signed with its own key");
  const names = request.subjectName.getField("CN");
  if (names.length !== 1 || names[0] !== commonName) throw new Error(`the request is not of ${commonName}`);
  const [certPem, keyPem] = await Promise.all([readFile(certFile, "utf8"), readFile(keyFile, "utf8")]);
  const issuer = new X509Certificate(certPem);
  const { key, algorithm } = await importKey(keyPem);
  const certificate = await X509CertificateGenerator.create({
    subject: request.subject,
    issuer: issuer.subject,
    publicKey: request.publicKey,
    signingKey: key,
    signingAlgorithm: algorithm,
    // Stations have poor clocks: it is good a little before it is made.
    notBefore: new Date(nowMs - HOUR_MS),
    notAfter: new Date(nowMs + validDays * DAY_MS),
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      await SubjectKeyIdentifierExtension.create(request.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return `${certificate.toString("pem")}\n${issuer.toString("pem")}\n`;
}

async function importKey(pem: string) {
  const key = createPrivateKey(pem);
  const der = key.export({ type: "pkcs8", format: "der" });
  const algorithm =
    key.asymmetricKeyType === "rsa"
      ? { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
      : { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  return { key: await webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]), algorithm };
}
