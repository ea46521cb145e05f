import type { Clock } from "@outpost/kernel/clock.ts";

import type { Attempts, Knocker } from "./attempts.ts";
import { readPeople, type Person } from "./people.ts";
import type { PinHasher } from "./pin.ts";
import type { Session, Sessions } from "./sessions.ts";

export interface DoorDeps {
  readonly clock: Clock;
  readonly peoplePath: string;
  readonly attempts: Attempts;
  readonly hasher: PinHasher;
  readonly sessions: Sessions;
}

/** What became of somebody who knocked. */
export type Entry =
  | { readonly kind: "in"; readonly token: string; readonly person: string }
  /** The name or the PIN: nobody is told which. */
  | { readonly kind: "wrong" }
  | { readonly kind: "locked"; readonly waitMs: number }
  | { readonly kind: "busy" };

/** Lets technicians in by name and PIN, and makes those who guess wait. */
export class Door {
  readonly #deps: DoorDeps;

  constructor(deps: DoorDeps) {
    this.#deps = deps;
  }

  /** Whether anybody can sign in at all. */
  async hasPeople(): Promise<boolean> {
    return (await readPeople(this.#deps.peoplePath)).length > 0;
  }

  /**
   * @param source  the address it comes from.
   * @throws Error where the file of technicians makes no sense.
   */
  async enter(name: string, pin: string, source: string): Promise<Entry> {
    const { attempts, hasher, sessions, peoplePath } = this.#deps;
    const person = (await readPeople(peoplePath)).find((one) => one.name === name);
    const knockers = knockersOf(person, source);
    const waitMs = Math.max(...knockers.map((who) => attempts.waitMs(who)));
    if (waitMs > 0) return { kind: "locked", waitMs };
    // Counted in the turn in which it was looked at: many tries at the same moment must not all be free.
    await attempts.failed(knockers);
    const isRight = await hasher.matches(pin, person);
    if (isRight === undefined) return { kind: "busy" };
    if (!isRight || person === undefined) return { kind: "wrong" };
    await attempts.succeeded(knockers);
    return { kind: "in", token: sessions.open(person.name, person.hash), person: person.name };
  }

  /**
   * Something else that an address may guess at: a claim's code. Failing counts like a wrong PIN.
   *
   * @returns how it ended; what `work` throws comes back as `failed`.
   */
  async guarded(
    source: string,
    work: () => Promise<void>,
  ): Promise<
    | { readonly kind: "done" }
    | { readonly kind: "locked"; readonly waitMs: number }
    | { readonly kind: "failed"; readonly error: unknown }
  > {
    const { attempts } = this.#deps;
    const knockers = knockersOf(undefined, source);
    const waitMs = Math.max(...knockers.map((who) => attempts.waitMs(who)));
    if (waitMs > 0) return { kind: "locked", waitMs };
    await attempts.failed(knockers);
    try {
      await work();
    } catch (error) {
      return { kind: "failed", error };
    }
    await attempts.succeeded(knockers);
    return { kind: "done" };
  }

  /** Whose session it is, undefined where it has ended or the person's PIN was changed or taken away since. */
  async who(token: string | undefined): Promise<Session | undefined> {
    const session = this.#deps.sessions.find(token);
    if (session === undefined) return undefined;
    if (await this.#isCurrent(token, session)) return session;
    this.#deps.sessions.close(token);
    return undefined;
  }

  /** As `who`, without keeping the session awake: a stream that is left open is nobody at work. */
  async peek(token: string | undefined): Promise<Session | undefined> {
    const session = this.#deps.sessions.peek(token);
    return session !== undefined && (await this.#isCurrent(token, session)) ? session : undefined;
  }

  leave(token: string | undefined): void {
    this.#deps.sessions.close(token);
  }

  async #isCurrent(token: string | undefined, { person: name }: Session): Promise<boolean> {
    const person = (await readPeople(this.#deps.peoplePath)).find((one) => one.name === name);
    return person !== undefined && person.hash === this.#deps.sessions.pinHashOf(token);
  }
}

function knockersOf(person: Person | undefined, source: string): readonly Knocker[] {
  const place: Knocker = { counted: "source", name: source, unlocks: 0 };
  if (person === undefined) return [place];
  return [place, { counted: "person", name: person.name, unlocks: person.unlocks }];
}
