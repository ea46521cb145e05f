import type { IdToken } from "./incoming/messages.ts";

/**
 * The kinds of tokens as their texts look, the first that fits. Our tags are texts alone; a station compares the type,
 * too, when it looks a card up in its local list.
 */
const TYPES: readonly (readonly [type: string, looksSo: RegExp])[] = [
  // The UID of an ISO 14443 card has 4, 7 or 10 bytes.
  ["ISO14443", /^(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/i],
  // That of an ISO 15693 card has 8 bytes, of which the first is E0.
  ["ISO15693", /^E0[0-9A-F]{14}$/i],
  // A contract: country, provider, 9 characters, perhaps a check digit (eMI3).
  ["eMAID", /^[A-Z]{2}-?[A-Z0-9]{3}-?C[A-Z0-9]{8}-?[A-Z0-9]?$/i],
  ["MacAddress", /^[0-9A-F]{2}(?::[0-9A-F]{2}){5}$/i],
];

/** A tag of ours as 2.0.1 has it; `Central` where its text says nothing of its kind. */
export function idTokenOf(idTag: string): { readonly idToken: string; readonly type: string } {
  return { idToken: idTag, type: TYPES.find(([, looksSo]) => looksSo.test(idTag))?.[0] ?? "Central" };
}

/** What the station calls it when nobody was asked for a token: it was started by a button. */
const NOBODY = "NoAuthorization";

/**
 * What a token is to us. `decideOn` is what the site's rules decide on: a button is a tag that is on no list.
 * `idTag` is what goes into the record: a button is nobody's.
 */
export function tagOf(token: IdToken): { readonly decideOn: string; readonly idTag: string | undefined } | undefined {
  if (token === undefined) return undefined;
  const { idToken = "", type } = token;
  return type === NOBODY ? { decideOn: NOBODY, idTag: undefined } : { decideOn: idToken, idTag: idToken };
}
