import type { Clock } from "@outpost/kernel/clock.ts";
import { prettifyError, z } from "zod";

import type { MethodDescription } from "../../adapter.ts";
import type { CommandOutcome, DeviceCommand, RefusalReason } from "../../event.ts";
import type { PointBoard } from "../../point-board.ts";
import { contentId, type Content, type Priority } from "../content/content.ts";
import { layOut } from "../content/layout.ts";
import { wantedOf, withText, withoutText, type Fixed, type Standing } from "../content/standing.ts";
import { printable, type SignSettings } from "../settings.ts";
import type { Ending } from "./confirmations.ts";
import type { Keeper } from "./keeper.ts";
import { pointsOf } from "./points.ts";

const MAX_STANDING_MS = 30 * 86_400_000;
const LOOK_SLACK_MS = 1_000;

const priority = z.enum(["normal", "emergency"]).default("normal");
const showArguments = z
  .strictObject({
    text: printable.min(1).max(500),
    textEn: printable.max(500).default(""),
    forMs: z.int().min(1_000).max(MAX_STANDING_MS).optional(),
    until: z.iso.datetime({ offset: true }).optional(),
    priority,
  })
  .refine(({ forMs, until }) => (forMs === undefined) !== (until === undefined), "either forMs or until");
type ShowArguments = z.infer<typeof showArguments>;
const clearArguments = z.strictObject({ priority });

const PRIORITY_PARAMETER = {
  id: "priority",
  name: { zh: "优先级（normal 或 emergency）", en: "Priority (normal or emergency)" },
  type: "text",
  isOptional: true,
} as const;

/** What a sign can be asked to do beside writing a number. */
export const signMethods: readonly MethodDescription[] = [
  {
    id: "show",
    name: { zh: "发布信息", en: "Show a text" },
    parameters: [
      { id: "text", name: { zh: "内容", en: "Text" }, type: "text" },
      { id: "textEn", name: { zh: "英文内容", en: "Text in English" }, type: "text", isOptional: true },
      {
        id: "forMs",
        name: { zh: "显示时长（毫秒）", en: "For so many milliseconds" },
        type: "number",
        isOptional: true,
      },
      { id: "until", name: { zh: "显示至（ISO 8601）", en: "Until (ISO 8601)" }, type: "text", isOptional: true },
      PRIORITY_PARAMETER,
    ],
  },
  { id: "clear", name: { zh: "撤回信息", en: "Withdraw the text" }, parameters: [PRIORITY_PARAMETER] },
];

export interface CommandsDeps {
  readonly clock: Clock;
  readonly board: PointBoard;
  readonly keeper: Keeper;
}

type CommandOf<Kind extends DeviceCommand["kind"]> = Extract<DeviceCommand, { readonly kind: Kind }>;

/** Carries out one sign's commands. */
export class Commands {
  readonly #settings: SignSettings;
  readonly #fixed: Fixed;
  readonly #deps: CommandsDeps;

  constructor(settings: SignSettings, fixed: Fixed, deps: CommandsDeps) {
    this.#settings = settings;
    this.#fixed = fixed;
    this.#deps = deps;
  }

  async execute(command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome> {
    switch (command.kind) {
      case "write":
        return await this.#write(command, signal);
      case "call":
        return await this.#call(command, signal);
      case "select":
        return refused("not-writable", "nothing on a sign is hazardous: write it directly");
      case "operate":
      case "cancel":
        return refused("no-such-selection", "nothing on a sign is selected");
    }
  }

  async #write({ pointId, value }: CommandOf<"write">, signal: AbortSignal): Promise<CommandOutcome> {
    const { keeper, board } = this.#deps;
    const { length } = this.#fixed.messages;
    if (!pointsOf(this.#settings).some(({ id }) => id === pointId)) {
      return refused("unknown-point", `this sign has no point "${pointId}"`);
    }
    if (pointId !== "message") return refused("not-writable", `${pointId} is read only`);
    if (!Number.isInteger(value) || value < 0 || value > length) {
      return refused("out-of-limits", `message is a whole number of 0 to ${length}, not ${value}`);
    }
    if (keeper.isBusy) return busy();
    const before = board.value("message") ?? null;
    const old = keeper.standing.canned;
    const ending = await keeper.order("canned", { ...keeper.standing, canned: value }, this.#bounded(signal));
    if (ending.kind === "refused" && keeper.standing.canned === value) {
      await this.#takeBack("canned", { ...keeper.standing, canned: old });
    }
    return outcomeOf(ending, { before, after: value });
  }

  async #call(command: CommandOf<"call">, signal: AbortSignal): Promise<CommandOutcome> {
    switch (command.methodId) {
      case "show":
        return await this.#show(command.arguments, signal);
      case "clear":
        return await this.#clear(command.arguments, signal);
      default:
        return refused("unknown-method", `a sign has no method "${command.methodId}"`);
    }
  }

  async #show(raw: unknown, signal: AbortSignal): Promise<CommandOutcome> {
    const { keeper } = this.#deps;
    const parsed = showArguments.safeParse(raw);
    if (!parsed.success) return refused("bad-arguments", prettifyError(parsed.error));
    const content = this.#contentOf(parsed.data);
    if ("kind" in content) return content;
    if (keeper.isBusy) return busy();
    const slot = content.priority;
    const old = keeper.standing[slot];
    // The same text to the same instant is the same content: asked for twice, it is shown once.
    const next = old?.id === content.id ? keeper.standing : withText(keeper.standing, content);
    const isFirst = wantedOf(next, this.#fixed).id === content.id;
    const ending = await keeper.order(slot, next, isFirst ? this.#bounded(signal) : AbortSignal.abort());
    if (ending.kind === "refused" && keeper.standing[slot]?.id === content.id) {
      await this.#takeBack(slot, { ...keeper.standing, [slot]: old });
    }
    if (isFirst) return outcomeOf(ending, { before: null, after: null });
    const first = keeper.standing.canned > 0 ? `message ${keeper.standing.canned}` : "an emergency text";
    return { kind: "unconfirmed", before: null, detail: `it stands behind ${first}, and is shown when that ends` };
  }

  async #clear(raw: unknown, signal: AbortSignal): Promise<CommandOutcome> {
    const { keeper } = this.#deps;
    const parsed = clearArguments.safeParse(raw);
    if (!parsed.success) return refused("bad-arguments", prettifyError(parsed.error));
    if (keeper.isBusy) return busy();
    const slot = parsed.data.priority;
    const ending = await keeper.order(slot, withoutText(keeper.standing, slot), this.#bounded(signal));
    return outcomeOf(ending, { before: null, after: null });
  }

  /** @returns the content that the arguments ask for, or why there is none. */
  #contentOf({ text, textEn, forMs, until, priority: level }: ShowArguments): Content | CommandOutcome {
    const now = this.#deps.clock.now();
    const isDoubtful = now.confidence === "doubtful";
    if (until !== undefined && isDoubtful) {
      return refused("clock-not-confident", "the gateway does not know what time it is: give forMs instead of until");
    }
    const leftMs = forMs ?? Date.parse(until ?? "") - now.wallMs;
    if (!(leftMs > 0 && leftMs <= MAX_STANDING_MS)) {
      return refused("bad-arguments", `until must be in the next 30 days, not ${until}`);
    }
    const words = { zh: text, en: textEn };
    const layout = layOut(words, this.#settings);
    if (layout.kind === "too-long") {
      return refused("bad-arguments", `the text needs ${layout.rows} lines, the sign has ${this.#settings.rows}`);
    }
    const endsAtMs = now.monotonicMs + leftMs;
    return {
      id: contentId("text", [text, textEn, level, until === undefined ? endsAtMs : Date.parse(until)]),
      text: words,
      lines: layout.lines,
      priority: level,
      endsAtMs,
      expiresAtMs: isDoubtful ? undefined : Math.round(now.wallMs + leftMs),
    };
  }

  /** Nobody waits for this: what the sign did not take must not be sent to it for ever. */
  async #takeBack(slot: keyof Standing, standing: Standing): Promise<void> {
    await this.#deps.keeper.order(slot, standing, AbortSignal.abort());
  }

  #bounded(signal: AbortSignal): AbortSignal {
    const { timeoutMs, settleMs } = this.#settings;
    return AbortSignal.any([signal, AbortSignal.timeout(2 * timeoutMs + settleMs + LOOK_SLACK_MS)]);
  }
}

/** The settings' own contents. @returns the first text that does not fit the panel, by its place. */
export function fixedContents(
  settings: SignSettings,
): { readonly kind: "fixed"; readonly fixed: Fixed } | { readonly kind: "too-long"; readonly fault: string } {
  const faults: string[] = [];
  const content = (kind: string, text: Content["text"], level: Priority, place: string): Content => {
    const layout = layOut(text, settings);
    if (layout.kind === "too-long") faults.push(`${place}: needs ${layout.rows} lines, the sign has ${settings.rows}`);
    const lines = layout.kind === "fits" ? layout.lines : [];
    const id = contentId(kind, [text.zh, text.en, ...lines]);
    return { id, text, lines, priority: level, endsAtMs: undefined, expiresAtMs: undefined };
  };
  const normal = content("normal", settings.normal, "normal", "settings.normal");
  const messages = settings.messages.map(({ text }, index) =>
    content(`message-${index + 1}`, text, "emergency", `settings.messages.${index}.text`),
  );
  const [fault] = faults;
  return fault === undefined ? { kind: "fixed", fixed: { normal, messages } } : { kind: "too-long", fault };
}

function outcomeOf(
  ending: Ending,
  { before, after }: { readonly before: number | null; readonly after: number | null },
): CommandOutcome {
  switch (ending.kind) {
    case "shown":
      return { kind: "done", before, after };
    case "refused":
      return refused("refused-by-device", ending.detail);
    case "unconfirmed":
      return { kind: "unconfirmed", detail: ending.detail, before };
  }
}

function busy(): CommandOutcome {
  return refused("busy", "as many texts as may wait for the sign wait already");
}

function refused(reason: RefusalReason, detail: string): CommandOutcome {
  return { kind: "refused", reason, detail };
}
