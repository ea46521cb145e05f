import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface GuardOptions {
  readonly username: string;
  readonly password: string;
  readonly scheme: "basic" | "MD5" | "SHA-256";
  /** A nonce is stale after so many requests; it lasts for ever where absent. */
  readonly usesPerNonce?: number;
}

const REALM = "Simulated camera";
const FIELD = /(\w+)=(?:"([^"]*)"|([^\s,]*))/g;

/** Lets in whoever knows the password, as cameras do. @see RFC 7616, RFC 7617 */
export class Guard {
  readonly #options: GuardOptions;
  #nonce = randomBytes(16).toString("hex");
  #uses = 0;

  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** @returns undefined where the request may pass; the challenge to answer with where not. */
  challengeTo(request: IncomingMessage): string | undefined {
    const { scheme, username, password } = this.#options;
    const { authorization = "" } = request.headers;
    if (scheme === "basic") {
      const expected = `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
      return authorization === expected ? undefined : `Basic realm="${REALM}"`;
    }
    if (!this.#isRight(authorization, request.method ?? "")) return this.#challenge(false);
    this.#uses += 1;
    return this.#uses > (this.#options.usesPerNonce ?? Number.POSITIVE_INFINITY) ? this.#challenge(true) : undefined;
  }

  #isRight(authorization: string, method: string): boolean {
    if (!authorization.startsWith("Digest ")) return false;
    const fields = new Map<string, string>();
    for (const [, name = "", quoted, bare = ""] of authorization.matchAll(FIELD)) fields.set(name, quoted ?? bare);
    const field = (name: string): string => fields.get(name) ?? "";
    if (field("nonce") !== this.#nonce) return false;
    const { username, password, scheme } = this.#options;
    const hash = (text: string): string =>
      createHash(scheme === "MD5" ? "md5" : "sha256")
        .update(text)
        .digest("hex");
    const secret = hash(`${username}:${REALM}:${password}`);
    const request = hash(`${method}:${field("uri")}`);
    const expected = [secret, this.#nonce, field("nc"), field("cnonce"), "auth", request].join(":");
    return field("response") === hash(expected);
  }

  #challenge(isStale: boolean): string {
    this.#nonce = randomBytes(16).toString("hex");
    this.#uses = 0;
    const { scheme } = this.#options;
    return `Digest realm="${REALM}", qop="auth", algorithm=${scheme}, nonce="${this.#nonce}", stale=${isStale ? "TRUE" : "FALSE"}`;
  }
}
