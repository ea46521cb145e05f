import type { PanelEvent } from "./panel-event.ts";
import { readableText } from "./readable-text.ts";

/** More events than this in one message are one unknown thing. */
const MAX_EVENTS = 64;
const MAX_MODIFIER_CHARS = 64;

/** "N" new or "O" old before the first modifier or code; "OP1" and "NA1" are codes themselves. */
const BEGINNING = /^[NO](?=[a-z]{2}|[A-Z]{2})/;
/** Modifiers that are numbers or times: letters behind them are a code. Others, as `id`, may hold letters. */
const NUMERIC = new Set(["ri", "ti", "da"]);

interface Draft {
  readonly code: string;
  readonly zone: number | undefined;
  readonly modifiers: Readonly<Record<string, string>>;
  text: string;
}

/**
 * Reads the data of a SIA message: `Nri1/MA01`, `Nti10:23/id7/ri2/BA003^hall^/BA004`, and what senders make of it: no slash
 * between modifier and code, text in asterisks, `|Atext` behind the code.
 *
 * @returns the events in their order; undefined where there is none.
 * @see ANSI/SIA DC-03, DC-04; and forms seen in published frames
 */
export function parseSiaData(data: string): readonly PanelEvent[] | undefined {
  const scan = new Scan(data.trim().replace(BEGINNING, ""));
  while (!scan.isAtEnd && scan.events.length <= MAX_EVENTS) scan.step();
  if (scan.events.length === 0 || scan.events.length > MAX_EVENTS) return undefined;
  return scan.events.map(({ code, zone, modifiers, text }) => ({
    format: "sia",
    code,
    qualifier: "new",
    zone,
    partition: modifiers["ri"],
    text: readableText(text),
    modifiers,
  }));
}

class Scan {
  readonly #text: string;
  readonly #modifierForm = /([a-z]{2})([0-9:.-]*)/y;
  readonly #codeForm = /([A-Z]{2})(\d*)/y;
  readonly #restOfField = /[^/^*|]*/y;
  readonly events: Draft[] = [];
  #at = 0;
  #modifiers: Readonly<Record<string, string>> = {};
  /** What a text belongs to: the last event, or the last modifier. */
  #last: Draft | string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Reads one thing. Always gets on by a character at least. */
  step(): void {
    const character = this.#text[this.#at];
    if (character === "/" || character === " ") this.#at += 1;
    else if (character === "^" || character === "*") this.#delimitedText(character);
    else if (character === "|") this.#textToTheEnd();
    else if (!this.#modifier() && !this.#code()) this.#note(this.#takeField());
  }

  #modifier(): boolean {
    const match = this.#match(this.#modifierForm);
    if (match === undefined) return false;
    const [, name = "", digits = ""] = match;
    const isCodeNext = /^[A-Z]{2}/.test(this.#text.slice(this.#at, this.#at + 2));
    const isDone = isCodeNext && (digits !== "" || NUMERIC.has(name));
    const value = isDone ? digits : digits + this.#takeField();
    this.#modifiers = { ...this.#modifiers, [name]: readableText(value).slice(0, MAX_MODIFIER_CHARS) };
    this.#last = name;
    return true;
  }

  #code(): boolean {
    const match = this.#match(this.#codeForm);
    if (match === undefined) return false;
    const [, code = "", address = ""] = match;
    const zone = address === "" || address.length > 9 ? undefined : Number(address);
    this.#last = { code, zone, modifiers: this.#modifiers, text: "" };
    this.events.push(this.#last);
    this.#note(this.#takeField());
    return true;
  }

  #delimitedText(delimiter: string): void {
    const end = this.#text.indexOf(delimiter, this.#at + 1);
    const to = end < 0 ? this.#text.length : end;
    this.#note(this.#text.slice(this.#at + 1, to));
    this.#at = to + 1;
  }

  /** `|A…`: an ASCII block of the SIA format behind the event block. */
  #textToTheEnd(): void {
    this.#note(this.#text.slice(this.#at + 1).replace(/^A/, ""));
    this.#at = this.#text.length;
  }

  /** Keeps a text with what it belongs to; before the first modifier and code it belongs to nothing. */
  #note(text: string): void {
    if (text === "" || this.#last === undefined) return;
    if (typeof this.#last === "string") {
      this.#modifiers = { ...this.#modifiers, [`${this.#last}Text`]: readableText(text).slice(0, MAX_MODIFIER_CHARS) };
    } else {
      this.#last.text += this.#last.text === "" ? text : ` ${text}`;
    }
  }

  #takeField(): string {
    return this.#match(this.#restOfField)?.[0] ?? "";
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#at += match[0].length;
    return match;
  }
}
