import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { refuseUpgrade, type Upgrade } from "../server/upgrade.ts";
import type { OcppVersion } from "../words.ts";
import { acceptStation, offeredVersions } from "./line/accept-station.ts";
import { dialUpstream, type Dialed } from "./line/dial-upstream.ts";
import { Door } from "./line/door.ts";
import { RelayLine, type LineEnd, type OnFrame } from "./line/relay-line.ts";
import { hangUp } from "./line/socket-bounds.ts";
import type { RelaySettings } from "./settings.ts";

export interface GateOptions {
  readonly identity: string;
  readonly versions: readonly OcppVersion[];
  readonly relay: RelaySettings;
  readonly clock: Clock;
  readonly log: Log;
  /** The station is in. @returns what is told everything that passes. */
  onLine(line: RelayLine): OnFrame;
  /** The line has ended. Another may be there already. */
  onEnd(line: RelayLine, end: LineEnd): void;
  /** The station has called and was refused, because upstream is away. */
  onRefused(reason: string): void;
}

/**
 * Lets one station through to upstream, one line at a time. Upstream is called first, under the station's identity; only
 * when it has accepted is the station's handshake completed, with the version that upstream chose. Where upstream is away
 * the station gets 503 and comes again: it is never let in to where nobody answers.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #door: Door;
  readonly #work = new Set<Promise<void>>();
  #letting = new AbortController();
  #line: RelayLine | undefined;
  #isClosed = false;

  constructor(options: GateOptions) {
    this.#options = options;
    this.#door = new Door(options.clock);
  }

  /** Handshakes are refused while this is so. */
  get isShut(): boolean {
    return this.#isClosed || this.#door.isShut;
  }

  /** Upstream has answered something. */
  upstreamAnswered(): void {
    this.#door.proven();
  }

  /** Takes a handshake; an older one of the same station that is not through yet is given up for it. */
  onUpgrade(upgrade: Upgrade): void {
    if (this.isShut) return refuseUpgrade(upgrade.socket, 503);
    this.#letting.abort(new Error("the station has called again"));
    this.#letting = new AbortController();
    const letting = this.#letIn(upgrade, this.#letting.signal)
      .catch((error: unknown) => {
        const { identity, log } = this.#options;
        log.info("handshake given up", { identity, reason: asError(error).message });
        refuseUpgrade(upgrade.socket, 503);
      })
      .finally(() => this.#work.delete(letting));
    this.#work.add(letting);
  }

  /** To be called every second or so. */
  tick(): void {
    this.#line?.tick();
  }

  /** Lets nobody in any more and hangs up. Resolves when both sockets are closed. */
  async close(reason: string): Promise<void> {
    this.#isClosed = true;
    this.#letting.abort(new Error(reason));
    const line = this.#line;
    line?.close(reason);
    await Promise.all([line?.gone(), ...this.#work]);
  }

  async #letIn(upgrade: Upgrade, signal: AbortSignal): Promise<void> {
    const { identity, log, relay, clock } = this.#options;
    const versions = offeredVersions(upgrade.request, this.#options.versions);
    if (versions.length === 0) {
      log.warn("charge point turned away", { identity, why: "no OCPP version in common" });
      const station = acceptStation(upgrade, undefined);
      if (station !== undefined) hangUp(station, 1002, "no OCPP version in common");
      return;
    }
    // A station that lost its line knows it before we do. Upstream must see the old one go before the new one comes.
    this.#line?.close("the station has called again");
    await this.#line?.goneUpstream();
    const { authorization } = upgrade.request.headers;
    const caller = { identity, versions, authorization, proveMs: this.#door.proveMs };
    const dialed = await dialUpstream(relay, caller, clock, signal);
    if (signal.aborted && dialed.kind === "open") hangUp(dialed.upstream.socket, 1001, "the charge point has gone");
    signal.throwIfAborted();
    if (dialed.kind === "open") return this.#join(upgrade, dialed);
    log.warn("upstream is away", { identity, reason: dialed.reason });
    this.#door.failed();
    refuseUpgrade(upgrade.socket, 503);
    this.#options.onRefused(dialed.reason);
  }

  #join(upgrade: Upgrade, { upstream, version }: Extract<Dialed, { readonly kind: "open" }>): void {
    const { identity, relay, clock } = this.#options;
    const station = acceptStation(upgrade, version);
    if (station === undefined) return hangUp(upstream.socket, 1001, "the charge point has gone");
    const line = new RelayLine(station, upstream, { identity, version, pingEveryMs: relay.pingEveryMs, clock });
    this.#line = line;
    const ending = this.#follow(line).finally(() => this.#work.delete(ending));
    this.#work.add(ending);
    line.start(this.#options.onLine(line));
  }

  async #follow(line: RelayLine): Promise<void> {
    const end = await line.ended;
    this.#options.log.info("relayed line ended", { identity: line.identity, ...end });
    if (this.#line === line) this.#line = undefined;
    if (end.by === "upstream") this.#door.failed();
    this.#options.onEnd(line, end);
  }
}
