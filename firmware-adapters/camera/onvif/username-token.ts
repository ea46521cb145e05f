import { createHash } from "node:crypto";

import type { Credentials } from "../http/digest.ts";
import { escapeXml } from "./xml.ts";

const WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
const WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const PROFILE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0";
const BASE64 = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary";

export interface TokenTime {
  /** 16 random bytes. */
  readonly nonce: Buffer;
  /** By the camera's clock: it refuses what is older than a few seconds. */
  readonly created: string;
}

/** @see WS-Security UsernameToken Profile 1.0, section 3.1: Base64(SHA-1(nonce + created + password)) */
export function passwordDigest(password: string, { nonce, created }: TokenTime): string {
  return createHash("sha1").update(nonce).update(created, "utf8").update(password, "utf8").digest("base64");
}

/** The header that goes with every request but the first. */
export function securityHeader({ username, password }: Credentials, time: TokenTime): string {
  return [
    `<wsse:Security s:mustUnderstand="1" xmlns:wsse="${WSSE}" xmlns:wsu="${WSU}"><wsse:UsernameToken>`,
    `<wsse:Username>${escapeXml(username)}</wsse:Username>`,
    `<wsse:Password Type="${PROFILE}#PasswordDigest">${passwordDigest(password, time)}</wsse:Password>`,
    `<wsse:Nonce EncodingType="${BASE64}">${time.nonce.toString("base64")}</wsse:Nonce>`,
    `<wsu:Created>${time.created}</wsu:Created>`,
    `</wsse:UsernameToken></wsse:Security>`,
  ].join("");
}
