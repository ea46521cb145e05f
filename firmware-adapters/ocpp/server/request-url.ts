/** The longest identity: identifierString of OCPP 2.0.1; 1.6 has 25 for a charge box serial number. */
export const MAX_IDENTITY = 48;
const MAX_URL = 512;

/** What a caller's URL says. */
export type RequestUrl =
  | { readonly kind: "station"; readonly identity: string }
  | { readonly kind: "refused"; readonly status: 400 | 404; readonly why: string };

/**
 * Reads the identity at the end of a handshake's URL. Must come before ocpp-rpc sees the request: 2.2.1 decodes the URL
 * outside of any `try`, so that one request with a stray percent sign, from anybody, ends the process.
 *
 * @see OCPP-J 1.6, section 3.1.1; OCPP 2.0.1 part 4, section 3.1
 */
export function parseRequestUrl(url: string | undefined): RequestUrl {
  if (url === undefined || url.length > MAX_URL || !url.startsWith("/")) {
    return { kind: "refused", status: 400, why: "no path, or one that is too long" };
  }
  const [path = ""] = url.split("?");
  const last = path.slice(path.lastIndexOf("/") + 1);
  let identity: string;
  try {
    identity = decodeURIComponent(last);
  } catch {
    return { kind: "refused", status: 400, why: "a stray percent sign" };
  }
  if (identity === "") return { kind: "refused", status: 404, why: "no identity" };
  // identifierString: letters, digits and these; a colon would divide the user name of HTTP Basic.
  if (identity.length > MAX_IDENTITY || !/^[A-Za-z0-9*\-_=+|@.]+$/.test(identity)) {
    return { kind: "refused", status: 404, why: "not an identity" };
  }
  return { kind: "station", identity };
}
