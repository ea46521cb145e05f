import { z } from "zod";

const content = z.object({
  id: z.string().min(1).max(64),
  text: z.object({ zh: z.string().max(1_000).optional(), en: z.string().max(1_000).optional() }).optional(),
  lines: z.array(z.string().max(500)).max(50),
  priority: z.enum(["normal", "emergency"]).default("normal"),
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});
type PanelContent = z.infer<typeof content>;

export interface PanelOptions {
  readonly columns: number;
  readonly rows: number;
}

/** What a sign says of itself, as our own protocol has it. */
export interface PanelState {
  readonly showing: string | null;
  readonly brightness: number;
  readonly temperature: number;
  readonly uptime: number;
  readonly fault: string | false;
}

/** What it shows while nobody has given it anything. */
const OWN_TEXT = ["欢迎候车", "Welcome"];
const DAY_BRIGHTNESS = 80;
const NIGHT_BRIGHTNESS = 30;

/**
 * A sign's panel: what it was given last stands until its end, also while nobody can reach it. Wall time, because that is
 * what a sign's own clock and the end inside a content are.
 */
export class Panel {
  readonly #options: PanelOptions;
  readonly #nowMs: () => number;
  #bootedAtMs: number;
  #given: PanelContent | undefined;
  /** What the lamps show; another than what was given while the panel is frozen. */
  #picture: PanelContent | undefined;
  #isDark = false;
  #isFrozen = false;

  constructor(options: PanelOptions, nowMs: () => number = Date.now) {
    this.#options = options;
    this.#nowMs = nowMs;
    this.#bootedAtMs = nowMs();
  }

  /** Takes a content. @returns why not; undefined where it did. */
  put(body: unknown): string | undefined {
    const parsed = content.safeParse(body);
    if (!parsed.success) return z.prettifyError(parsed.error);
    if (parsed.data.lines.length > this.#options.rows) return `more than ${this.#options.rows} lines`;
    this.#given = parsed.data;
    this.#redraw();
    return undefined;
  }

  /** Lets what has ended go. */
  tick(): void {
    if (this.#given?.expiresAt !== undefined && Date.parse(this.#given.expiresAt) <= this.#nowMs()) {
      this.#given = undefined;
    }
    this.#redraw();
  }

  darken(isDark: boolean): void {
    this.#isDark = isDark;
  }

  freeze(isFrozen: boolean): void {
    this.#isFrozen = isFrozen;
    this.#redraw();
  }

  /** Loses what it was given, as cheap signs do when their power comes back. */
  forget(): void {
    this.#given = undefined;
    this.#redraw();
  }

  reboot(): void {
    this.#bootedAtMs = this.#nowMs();
    this.#isFrozen = false;
    this.#redraw();
  }

  get state(): PanelState {
    this.tick();
    const hour = new Date(this.#nowMs()).getHours();
    const brightness = hour >= 6 && hour < 19 ? DAY_BRIGHTNESS : NIGHT_BRIGHTNESS;
    return {
      showing: this.#isDark ? null : (this.#picture?.id ?? null),
      brightness: this.#isDark ? 0 : brightness,
      temperature: 24,
      uptime: Math.max(0, Math.floor((this.#nowMs() - this.#bootedAtMs) / 1_000)),
      fault: this.#isDark ? "panel dark" : false,
    };
  }

  /** For people: what a passenger sees. */
  get picture(): { readonly lines: readonly string[]; readonly priority: string; readonly columns: number } {
    this.tick();
    const lines = this.#isDark ? [] : (this.#picture?.lines ?? OWN_TEXT);
    return { lines, priority: this.#picture?.priority ?? "normal", columns: this.#options.columns };
  }

  #redraw(): void {
    if (!this.#isFrozen) this.#picture = this.#given;
  }
}
