import type { DeviceDeps } from "../../adapter.ts";
import type { LinkStatus } from "../../links/link.ts";
import type { PanelPoints } from "../points/panel-points.ts";
import type { Dc09Settings } from "../settings.ts";

/** The row of the device's memory: when the panel was last heard, Unix milliseconds. */
export const HEARD_ROW = "heard";

/** The row is written this often at most, so that a chatty panel wears no disk out; of a long supervision, an eighth. */
const WRITE_EVERY_MS = 60_000;
/** However long a panel may be silent, one that has not called so long after we could be reached again gets no more. */
const GRACE_MS = 600_000;

type Phase = "link-down" | "awaited" | "present" | "lost";

/** Whether a panel is there: it says something within its supervision time, or it is lost. */
export class Presence {
  readonly #settings: Dc09Settings;
  readonly #deps: DeviceDeps;
  readonly #points: PanelPoints;
  #phase: Phase = "link-down";
  /** Monotonic. */
  #deadlineMs = Number.POSITIVE_INFINITY;
  /** Monotonic; undefined before the first time in this life. */
  #heardAtMs: number | undefined;
  #writtenAtMs = Number.NEGATIVE_INFINITY;
  #refusal: string | undefined;

  constructor(settings: Dc09Settings, deps: DeviceDeps, points: PanelPoints) {
    this.#settings = settings;
    this.#deps = deps;
    this.#points = points;
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** When something must have been heard; infinite while nothing is waited for. Monotonic. */
  get deadlineMs(): number {
    return this.#phase === "present" || this.#phase === "awaited" ? this.#deadlineMs : Number.POSITIVE_INFINITY;
  }

  /** The panel has said something that may be believed. */
  heard(): void {
    const { supervisionMs, marginMs } = this.#settings;
    this.#heardAtMs = this.#deps.clock.monotonicMs();
    this.#deadlineMs = this.#heardAtMs + supervisionMs + marginMs;
    this.#refusal = undefined;
    this.#beThere("calls");
  }

  /** The panel said something that was refused: it may be told why it counts as lost. */
  refused(reason: string): void {
    this.#refusal = reason;
  }

  /** The port listens, or it does not. */
  onLink(status: LinkStatus): void {
    if (status.kind === "down") {
      this.#phase = "link-down";
      this.#points.board.lost("link-down", status.reason);
      return;
    }
    if (this.#phase !== "link-down") return;
    const { phase, deadlineMs } = resume(this.#settings, this.#silenceMs(), this.#deps.clock.monotonicMs());
    this.#deadlineMs = deadlineMs;
    if (phase === "present") {
      this.#beThere("called before the restart");
      return;
    }
    this.#phase = "awaited";
    this.#points.board.lost("not-yet-read", "the panel has not called yet");
  }

  /** Takes the panel for lost when its time is over. */
  look(nowMs: number): void {
    if (nowMs < this.deadlineMs) return;
    this.#phase = "lost";
    const { supervisionMs, marginMs } = this.#settings;
    const silence = `nothing heard for ${Math.round((supervisionMs + marginMs) / 100) / 10} s`;
    const why = this.#refusal === undefined ? "" : `; its last message was refused: ${this.#refusal}`;
    this.#points.board.lost("timeout", silence + why);
  }

  /** The row where it is time to write it again, noted as written. */
  row(): Readonly<Record<string, string>> {
    const { wallMs, monotonicMs } = this.#deps.clock.now();
    const everyMs = Math.max(WRITE_EVERY_MS, this.#settings.supervisionMs / 8);
    if (monotonicMs - this.#writtenAtMs < everyMs) return {};
    this.#writtenAtMs = monotonicMs;
    return { [HEARD_ROW]: String(wallMs) };
  }

  #beThere(reason: string): void {
    this.#phase = "present";
    this.#points.board.online(reason);
    this.#points.showAll();
  }

  /** How long ago it was last heard; undefined where nobody knows. */
  #silenceMs(): number | undefined {
    const now = this.#deps.clock.now();
    if (this.#heardAtMs !== undefined) return now.monotonicMs - this.#heardAtMs;
    const { isRestored, rows } = this.#deps.memory;
    const row = isRestored ? rows.get(HEARD_ROW) : undefined;
    if (row === undefined || now.confidence === "doubtful") return undefined;
    const silenceMs = now.wallMs - Number(row);
    return Number.isFinite(silenceMs) ? silenceMs : undefined;
  }
}

/**
 * How a panel stands when it can reach us again: after our start, or when the port listens anew.
 *
 * `present`: it was heard so lately that it counts as there until `deadlineMs`; it repeats whatever we did not acknowledge
 * meanwhile. `awaited`: it is unknown; if nothing has come by `deadlineMs`, it is lost.
 *
 * @param agoMs  how long ago it was last heard; undefined where it never was or nobody knows.
 * @param nowMs  monotonic.
 */
export function resume(
  { supervisionMs, marginMs }: Pick<Dc09Settings, "supervisionMs" | "marginMs">,
  agoMs: number | undefined,
  nowMs: number,
): { readonly phase: "present" | "awaited"; readonly deadlineMs: number } {
  const silenceMs = supervisionMs + marginMs;
  if (agoMs === undefined || agoMs < 0) return { phase: "awaited", deadlineMs: nowMs + silenceMs };
  const leftMs = silenceMs - agoMs;
  const deadlineMs = nowMs + Math.max(leftMs, Math.min(silenceMs, GRACE_MS));
  return { phase: leftMs > 0 ? "present" : "awaited", deadlineMs };
}
