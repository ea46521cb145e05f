import { LinkError } from "../../links/errors.ts";
import {
  decide,
  tagKey,
  type AuthorisationPolicy,
  type CachedTag,
  type ListedTag,
  type Verdict,
} from "../authorisation/authorisation.ts";
import type { ConnectorState, Phase } from "../words.ts";
import type { AuthorityFiles } from "./station-authority.ts";

/** What became of telling a station how much a connector may draw. `lost`: nobody knows whether it arrived. */
export type LimitAnswer = "accepted" | "refused" | "lost";

/** A charge point as the supply sees it. */
export interface SiteStation {
  readonly identity: string;
  readonly isConnected: boolean;
  /** Undefined for a connector it has not spoken of. */
  connector(connectorId: number): ConnectorState | undefined;
  /** Whether it has taken this fallback in: its TxDefaultProfile, in force whenever nothing else is. */
  hasFallback(connectorId: number, limitA: number): boolean;
  /** Sets what the connector falls back to, at every contact until it has been taken in. */
  setFallback(connectorId: number, limitA: number, maxA: number): void;
  /** Shows which of the supply's phases are behind a connector's own. */
  showWiring(connectorId: number, phases: readonly Phase[]): void;
  /** Lets the running transaction draw so much for so long. */
  setLimit(connectorId: number, limitA: number, leaseMs: number, signal: AbortSignal): Promise<LimitAnswer>;
}

/** What the charging-site device decides for the stations on its listener. */
export interface SiteRules {
  readonly list: ReadonlyMap<string, ListedTag>;
  /** Changes with the list: the version number that stations are told. */
  readonly listVersion: number;
  readonly policy: AuthorisationPolicy;
  /** Who signs the stations' certificates. */
  readonly authority?: AuthorityFiles | undefined;
}

const NO_RULES: SiteRules = {
  list: new Map(),
  listVersion: 0,
  policy: { unknownTags: "refuse", allowsConcurrent: false, cacheForMs: 0 },
};

const NO_CACHE: ReadonlyMap<string, CachedTag> = new Map();

/**
 * What the charge points and the charging site of one listener share: who may charge, and who is there. Without a
 * charging site nobody is on the list, and nobody is let in.
 */
export class OcppSite {
  readonly #stations = new Map<string, SiteStation>();
  readonly #listeners = new Set<(identity: string) => void>();
  #rules = NO_RULES;
  #hasRules = false;

  get rules(): SiteRules {
    return this.#rules;
  }

  get stations(): ReadonlyMap<string, SiteStation> {
    return this.#stations;
  }

  /** @returns what takes the rules away again. @throws LinkError `link/taken` where there is another charging site. */
  setRules(rules: SiteRules): Disposable {
    if (this.#hasRules) throw new LinkError("link/taken", "this listener has a charging site already");
    this.#hasRules = true;
    this.#rules = rules;
    for (const identity of this.#stations.keys()) this.changed(identity);
    return {
      [Symbol.dispose]: () => {
        this.#rules = NO_RULES;
        this.#hasRules = false;
      },
    };
  }

  /** A charge point comes, and goes when the result is disposed. */
  join(station: SiteStation): Disposable {
    this.#stations.set(station.identity, station);
    this.changed(station.identity);
    return {
      [Symbol.dispose]: () => {
        if (this.#stations.get(station.identity) !== station) return;
        this.#stations.delete(station.identity);
        this.changed(station.identity);
      },
    };
  }

  /** Something about a station has changed: it came, went, or one of its connectors did something. */
  changed(identity: string): void {
    for (const listener of this.#listeners) listener(identity);
  }

  /** @returns what ends it. */
  onChange(listener: (identity: string) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** Whether a tag may charge. @param runningElsewhere  other connectors that charge with it now. */
  decide(
    idTag: string,
    at: { readonly nowMs: number; readonly isClockTrusted: boolean; runningElsewhere(this: void): number },
  ): Verdict {
    const { list, policy } = this.#rules;
    return decide({ idTag, ...at }, list, NO_CACHE, policy);
  }

  /** The tag it belongs to, for groups of cards that may stop each other's charging. */
  parentOf(idTag: string): string | undefined {
    return this.#rules.list.get(tagKey(idTag))?.parentIdTag;
  }
}
