/** What a station knows of a tag. `Unknown`: nothing. */
export type TagStatus = "Accepted" | "Blocked" | "Expired" | "Invalid" | "ConcurrentTx" | "Unknown";

/** One tag of the local list or the cache, as the central side said it. */
export interface TagInfo {
  readonly status: TagStatus;
  /** The station's own clock, Unix milliseconds. */
  readonly expiresAtMs?: number | undefined;
  readonly parent?: string | undefined;
}

const MAX_LISTED = 5_000;
const MAX_CACHED = 1_000;

/** A station's local list and its cache. Tags are compared without regard to case. */
export class Tags {
  #list = new Map<string, TagInfo>();
  readonly #cache = new Map<string, TagInfo>();
  #listVersion = 0;

  get listVersion(): number {
    return this.#listVersion;
  }

  get sizes(): { readonly listed: number; readonly cached: number } {
    return { listed: this.#list.size, cached: this.#cache.size };
  }

  /** Takes a part of the list in; without `info` a tag is taken off it. */
  sendList(
    kind: "Full" | "Differential",
    version: number,
    entries: readonly { readonly tag: string; readonly info: TagInfo | undefined }[],
  ): "Accepted" | "Failed" | "VersionMismatch" {
    if (kind === "Differential" && version < this.#listVersion) return "VersionMismatch";
    const next = kind === "Full" ? new Map<string, TagInfo>() : new Map(this.#list);
    for (const { tag, info } of entries) {
      if (info === undefined) next.delete(key(tag));
      else next.set(key(tag), info);
    }
    if (next.size > MAX_LISTED) return "Failed";
    this.#list = next;
    this.#listVersion = version;
    return "Accepted";
  }

  /** Remembers what the central side said of a tag. The list stays as it is: only the central side changes it. */
  remember(tag: string, info: TagInfo): void {
    this.#cache.delete(key(tag));
    this.#cache.set(key(tag), info);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > MAX_CACHED && oldest !== undefined) this.#cache.delete(oldest);
  }

  clearCache(): void {
    this.#cache.clear();
  }

  /**
   * What is known of a tag here. The list beats the cache, and what has expired by the station's clock is refused.
   *
   * @see OCPP 1.6 edition 2, section 3.5
   */
  known(tag: string, nowMs: number, uses: { readonly list: boolean; readonly cache: boolean }): TagStatus {
    const listed = uses.list ? this.#list.get(key(tag)) : undefined;
    const info = listed ?? (uses.cache ? this.#cache.get(key(tag)) : undefined);
    if (info === undefined) return "Unknown";
    const isExpired = info.expiresAtMs !== undefined && info.expiresAtMs <= nowMs;
    return info.status === "Accepted" && isExpired ? "Expired" : info.status;
  }

  /** Whether two tags may stop each other's transactions. */
  isSameGroup(one: string, other: string): boolean {
    if (key(one) === key(other)) return true;
    const parent = this.#parentOf(one);
    return parent !== undefined && parent === this.#parentOf(other);
  }

  /** Whether a tag may use what is kept for another, or for a whole group. */
  mayUse(tag: string, reservation: { readonly idTag: string; readonly parentIdTag?: string | undefined }): boolean {
    if (this.isSameGroup(tag, reservation.idTag)) return true;
    const { parentIdTag } = reservation;
    return parentIdTag !== undefined && this.#parentOf(tag) === parentIdTag.toLowerCase();
  }

  #parentOf(tag: string): string | undefined {
    return (this.#list.get(key(tag)) ?? this.#cache.get(key(tag)))?.parent?.toLowerCase();
  }
}

function key(tag: string): string {
  return tag.trim().toLowerCase();
}
