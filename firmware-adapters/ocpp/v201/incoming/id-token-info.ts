import { tagKey, type Verdict } from "../../authorisation/authorisation.ts";
import type { OcppSite } from "../../site/ocpp-site.ts";
import { idTokenOf } from "../id-token.ts";

/** What a station is told of a token: the verdict, how long it may keep that in its cache, and the token's group. */
export function idTokenInfo(site: OcppSite, idTag: string | undefined, status: Verdict): object {
  const listed = idTag === undefined ? undefined : site.rules.list.get(tagKey(idTag));
  const { expiresAtMs, parentIdTag } = listed ?? {};
  return {
    status,
    ...(expiresAtMs === undefined ? {} : { cacheExpiryDateTime: new Date(expiresAtMs).toISOString() }),
    ...(parentIdTag === undefined ? {} : { groupIdToken: idTokenOf(parentIdTag) }),
  };
}
