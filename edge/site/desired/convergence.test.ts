import type { ReportedSite } from "@outpost/wire/site-exchange.ts";
import { winner, type LocalMark } from "@outpost/wire/site-lineage.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  arrived,
  confirmed,
  failed,
  isNews,
  localChange,
  offered,
  rejected,
  resolved,
  resumed,
  type OfferedRevision,
} from "./machine.ts";
import { firstState, reportOf, type SiteState } from "./state.ts";

const STORE = "a".repeat(32);
const author = { who: "zhang", why: "", atMs: 1 };

/**
 * What can happen, in any order: people write at both ends, messages arrive or do not, the process dies while it goes
 * over, people decide. `pick` chooses among what can be chosen.
 */
const happening = fc.record({
  what: fc.constantFrom("desk", "site", "down", "up", "die", "decide-here", "decide-there", "fail"),
  pick: fc.nat(5),
  weakens: fc.boolean(),
});

/** A text, and every text that whoever wrote it had before his eyes: what it takes the place of was not lost. */
class Texts {
  readonly inView = new Map<string, ReadonlySet<string>>();

  write(...seen: readonly (string | undefined)[]): string {
    const digest = String(this.inView.size).padStart(64, "0");
    const known = seen.flatMap((one) => (one === undefined ? [] : [one, ...(this.inView.get(one) ?? [])]));
    this.inView.set(digest, new Set(known));
    return digest;
  }

  /** Choosing a text that is there is having the others in view, too. */
  choose(digest: string, ...seen: readonly string[]): void {
    const known = [
      ...(this.inView.get(digest) ?? []),
      ...seen,
      ...seen.flatMap((one) => [...(this.inView.get(one) ?? [])]),
    ];
    this.inView.set(digest, new Set(known));
  }
}

class Desk {
  readonly revisions: OfferedRevision[] = [];
  readonly known = new Set<string>();
  reported: ReportedSite | undefined;

  get newest(): OfferedRevision | undefined {
    return this.revisions.at(-1);
  }

  put(digest: string): void {
    const local = this.reported?.local;
    const knows: LocalMark | undefined = local === undefined ? undefined : { store: local.store, number: local.number };
    const seen = Math.max(this.newest?.revision ?? 0, this.reported?.offer?.revision ?? 0);
    this.revisions.push({ revision: seen + 1, digest, knows, author: "wang", createdAtMs: 1 });
    this.known.add(digest);
  }

  hear(report: ReportedSite): void {
    this.reported = report;
    for (const { digest } of report.locals) this.known.add(digest);
  }

  approve(): void {
    const newest = this.revisions.pop();
    if (newest !== undefined) this.revisions.push({ ...newest, approval: { by: "li", atMs: 1 } });
  }
}

class World {
  readonly texts = new Texts();
  readonly desk = new Desk();
  readonly weak = new Set<string>();
  readonly ran: [string, string][] = [];
  state: SiteState;

  constructor() {
    this.state = firstState(STORE, { digest: this.texts.write(), isEmpty: false }, author);
  }

  set(next: SiteState): void {
    const [was, is] = [this.state.running.digest, next.running.digest];
    if (was !== is) this.ran.push([was, is]);
    this.state = next;
  }

  down(fails = false): void {
    const { newest } = this.desk;
    if (newest === undefined || !isNews(this.state, newest)) return;
    const weakenings = this.weak.has(newest.digest) ? [{ kind: "limit-moved", path: "x" } as const] : [];
    const step = offered(this.state, newest, { kind: "good", weakenings }, 1);
    this.goOver(step, fails);
  }

  goOver(step: { readonly state: SiteState; readonly goOver: string | undefined }, fails = false): void {
    this.set(step.state);
    if (step.goOver === undefined) return;
    this.set(fails ? failed(this.state, "a step failed", 1) : arrived(this.state, 1));
  }

  /** A person on site decides what waits for a decision. */
  decideHere(pick: number): void {
    const { offer, running } = this.state;
    if (offer?.state === "held") {
      const step =
        pick % 2 === 0 ? confirmed(this.state, offer.revision, author) : rejected(this.state, offer.revision, author);
      if (step !== undefined) this.goOver(step);
    } else if (offer?.state === "conflict") {
      const both = [running.digest, offer.digest] as const;
      const digest = both[pick % 3] ?? this.texts.write(...both);
      this.texts.choose(digest, ...both);
      const next = resolved(this.state, offer.revision, digest, author);
      if (next !== undefined) this.set(next);
    }
  }

  /** A person at the desk decides: by what the site said last, which may be old. */
  decideThere(pick: number): void {
    const { newest, reported } = this.desk;
    if (newest === undefined || reported === undefined) return;
    if (reported.offer?.state === "held" && reported.offer.revision === newest.revision && pick % 2 === 0) {
      this.desk.approve();
      return;
    }
    const isLocal = reported.running.origin === "local";
    if (isLocal ? winner({ ...newest, knows: newest.knows }, reported.local) !== "conflict" : this.stands()) return;
    const both = [reported.running.digest, newest.digest] as const;
    const digest = both[pick % 3] ?? this.texts.write(...both);
    this.texts.choose(digest, ...both);
    this.desk.put(digest);
  }

  /** Whether nothing is left to be told or decided, as the desk sees it. */
  stands(): boolean {
    const { newest, reported } = this.desk;
    if (newest === undefined) return true;
    return (
      reported?.offer?.revision === newest.revision && ["running", "applying", "held"].includes(reported.offer.state)
    );
  }
}

function happen(world: World, { what, pick, weakens }: { what: string; pick: number; weakens: boolean }): void {
  switch (what) {
    case "desk": {
      const seen = [world.desk.newest?.digest, world.desk.reported?.running.digest, world.desk.reported?.local.digest];
      const digest = world.texts.write(...seen);
      if (weakens) world.weak.add(digest);
      world.desk.put(digest);
      return;
    }
    case "site": {
      if (world.state.locals.length >= 18) return;
      world.set(localChange(world.state, world.texts.write(world.state.running.digest), author));
      return;
    }
    case "down":
      world.down();
      return;
    case "fail":
      world.down(true);
      return;
    case "up":
      world.desk.hear(reportOf(world.state, []));
      return;
    case "die": {
      // The state of before it arrived is what the disk has.
      const { newest } = world.desk;
      if (newest === undefined || !isNews(world.state, newest)) return;
      const step = offered(world.state, newest, { kind: "good", weakenings: [] }, 1);
      if (step.goOver !== undefined && !world.weak.has(newest.digest)) world.goOver(resumed(step.state, 1));
      return;
    }
    case "decide-here":
      world.decideHere(pick);
      return;
    default:
      world.decideThere(pick);
  }
}

/** The line is whole again: everything is told, and what waits for a person is decided at one end or the other. */
function settle(world: World, atDesk: boolean): number {
  for (let round = 1; round <= 30; round += 1) {
    world.down();
    world.desk.hear(reportOf(world.state, []));
    const { newest } = world.desk;
    if (newest === undefined) return round;
    const { offer, running } = world.state;
    const isTold = !isNews(world.state, newest) && offer?.revision === newest.revision;
    if (isTold && offer.state === "running") return round;
    if (offer?.state === "failed" || offer?.state === "rejected") {
      // Somebody at the desk sees that it does not run, and takes over what does.
      world.texts.choose(running.digest, newest.digest);
      world.desk.put(running.digest);
    } else if (atDesk && offer?.state === "conflict") world.decideThere(round);
    else world.decideHere(round);
  }
  throw new Error("desk and site do not come to an end");
}

describe("desk and site, through any partition", () => {
  it("end equal after the choice, and nothing that either wrote vanishes", () => {
    let conflicts = 0;
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), fc.boolean(), (happenings, atDesk) => {
        const world = new World();
        for (const one of happenings) {
          happen(world, one);
          if (world.state.offer?.state === "conflict") conflicts += 1;
        }
        settle(world, atDesk);
        const { newest, known } = world.desk;
        const { running, local, locals } = world.state;
        // Equal: the site runs the desk's newest, or a change on site that was made with it in view and that the desk has.
        const isSame = newest === undefined || running.digest === newest.digest;
        const isLocal =
          newest !== undefined &&
          running.origin === "local" &&
          winner({ ...newest, knows: newest.knows }, local) === "local";
        expect(isSame || isLocal).toBe(true);
        expect(known.has(running.digest)).toBe(true);
        for (const { digest } of locals) expect(known.has(digest)).toBe(true);
        // Nothing took the place of what whoever wrote it had not before his eyes.
        for (const [was, is] of world.ran) expect(world.texts.inView.get(is)?.has(was) ?? false).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(conflicts).toBeGreaterThan(0);
  });
});
