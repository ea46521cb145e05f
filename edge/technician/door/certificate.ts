import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { hostname, networkInterfaces } from "node:os";
import { join } from "node:path";

import { replaceFile } from "@outpost/kernel/durable-file.ts";

/** The page's own certificate: nobody vouches for it, so people compare its fingerprint. */
export interface PageCertificate {
  readonly certPem: string;
  readonly keyPem: string;
  /** SHA-256 over the certificate, as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string;
}

/** A gateway without a clock may think it is 1970, and nobody renews a certificate in a pump house. */
const VALID_FROM = new Date("1970-01-01T00:00:00Z");
const VALID_UNTIL = new Date("2099-12-31T23:59:59Z");
const MAX_ADDRESSES = 32;

/**
 * The certificate in `directory`, made there with a fresh P-256 key where there is none or it cannot be read.
 *
 * @throws the file system's own error where the directory cannot be written.
 */
export async function pageCertificate(directory: string): Promise<PageCertificate> {
  const certFile = join(directory, "page-cert.pem");
  const keyFile = join(directory, "page-key.pem");
  const [certPem, keyPem] = await Promise.all(
    [certFile, keyFile].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  if (certPem !== undefined && keyPem !== undefined && isPair(certPem, keyPem)) return described(certPem, keyPem);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const made = await makeCertificate();
  // The key first: a certificate without its key is made anew at the next start.
  await replaceFile(keyFile, made.keyPem);
  await replaceFile(certFile, made.certPem);
  return described(made.certPem, made.keyPem);
}

function isPair(certPem: string, keyPem: string): boolean {
  try {
    return new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem));
  } catch {
    return false;
  }
}

function described(certPem: string, keyPem: string): PageCertificate {
  const { raw } = new X509Certificate(certPem);
  const digest = createHash("sha256").update(raw).digest("hex").toUpperCase();
  return { certPem, keyPem, fingerprint: (digest.match(/../g) ?? []).join(":") };
}

async function makeCertificate(): Promise<{ readonly certPem: string; readonly keyPem: string }> {
  // Loaded here: needed once in a gateway's life, and tens of megabytes.
  await import("reflect-metadata");
  const x509 = await import("@peculiar/x509");
  const { subtle } = globalThis.crypto;
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const host = hostname();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${host.replaceAll(/[^A-Za-z0-9.-]/g, "-")}, O=Outpost gateway`,
    keys,
    notBefore: VALID_FROM,
    notAfter: VALID_UNTIL,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: host },
        { type: "dns", value: "localhost" },
        ...addresses().map((value) => ({ type: "ip", value }) as const),
      ]),
    ],
  });
  const pkcs8 = Buffer.from(await subtle.exportKey("pkcs8", keys.privateKey)).toString("base64");
  const body = (pkcs8.match(/.{1,64}/g) ?? []).join("\n");
  const keyPem = `-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----\n`;
  return { certPem: `${certificate.toString("pem")}\n`, keyPem };
}

/** Addresses people may type; link-local IPv6 has a zone that no certificate can name. */
function addresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  return all
    .map(({ address }) => address)
    .filter((address) => !address.startsWith("fe80:"))
    .slice(0, MAX_ADDRESSES);
}
