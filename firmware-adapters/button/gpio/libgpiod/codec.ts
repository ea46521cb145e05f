import type { Bit } from "../lines.ts";

/** What gpiomon printed, as far as it is a line. */
export type Printed =
  | { readonly kind: "edge"; readonly offset: number; readonly level: Bit }
  | { readonly kind: "garbage"; readonly text: string };

/** libgpiod's tools changed their options and numbers between these. */
export type LibgpiodVersion = 1 | 2;

/** How gpiomon is asked to print: edge, offset, time. The time is not used; it makes half a line tell from a whole one. */
export const GPIOMON_FORMAT = { 1: "%e %o %s %n", 2: "%e %o %S" } as const;

/** Version 1 counts falling 0 and rising 1, version 2 rising 1 and falling 2. */
const EDGES = {
  1: /^(?<edge>[01]) (?<offset>\d{1,4}) \d{1,19} \d{1,9}$/,
  2: /^(?<edge>[12]) (?<offset>\d{1,4}) \d{1,19}\.\d{1,9}$/,
} as const;
/** A line of ours has at most 38 characters. */
const MAX_LINE = 64;

/** Reads what gpiomon prints, in whatever pieces it comes. Keeps at most one line. */
export class GpiomonParser {
  readonly #pattern: RegExp;
  #unfinished = "";
  /** The rest of a line that was too long already. */
  #isSkipping = false;

  constructor(version: LibgpiodVersion) {
    this.#pattern = EDGES[version];
  }

  /** Whether half a line is waiting for its rest. */
  get isUnfinished(): boolean {
    return this.#unfinished !== "" || this.#isSkipping;
  }

  feed(bytes: Buffer): readonly Printed[] {
    const printed: Printed[] = [];
    const text = bytes.toString("latin1");
    let from = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      this.#append(text, from, end, printed);
      if (!this.#isSkipping) printed.push(this.#read(this.#unfinished));
      this.#unfinished = "";
      this.#isSkipping = false;
      from = end + 1;
    }
    this.#append(text, from, text.length, printed);
    return printed;
  }

  #append(text: string, from: number, to: number, printed: Printed[]): void {
    if (this.#isSkipping) return;
    const room = MAX_LINE - this.#unfinished.length;
    this.#unfinished += text.slice(from, Math.min(to, from + room));
    if (to - from <= room) return;
    printed.push({ kind: "garbage", text: this.#unfinished });
    this.#unfinished = "";
    this.#isSkipping = true;
  }

  #read(line: string): Printed {
    const { edge, offset } = this.#pattern.exec(line)?.groups ?? {};
    if (edge === undefined || offset === undefined) return { kind: "garbage", text: line };
    return { kind: "edge", offset: Number(offset), level: edge === "1" ? 1 : 0 };
  }
}

/** Reads `gpiomon --version`: "gpiomon (libgpiod) v1.6.3". Undefined for versions nobody here knows. */
export function parseVersion(text: string): LibgpiodVersion | undefined {
  const major = /\(libgpiod\) v(\d{1,3})\./.exec(text.slice(0, 500))?.[1];
  return major === "1" ? 1 : major === "2" ? 2 : undefined;
}

/** Reads `gpiodetect`: "gpiochip0 [pinctrl-bcm2711] (58 lines)". @returns the chip of this label, the first of several. */
export function chipLabelled(text: string, label: string): string | undefined {
  for (const line of text.split("\n")) {
    const { chip, found } = /^(?<chip>\S{1,64}) \[(?<found>.{0,64})\] \(\d+ lines\)$/.exec(line)?.groups ?? {};
    if (chip !== undefined && found === label) return chip;
  }
  return undefined;
}

/** Reads `gpioinfo`: "line  17: "GPIO17" unused input …". @returns the offset of the line of this name. */
export function lineNamed(text: string, name: string): number | undefined {
  for (const line of text.split("\n")) {
    const { offset, found } = /^\s*line\s+(?<offset>\d{1,4}):\s+"(?<found>[^"]{1,64})"/.exec(line)?.groups ?? {};
    if (offset !== undefined && found === name) return Number(offset);
  }
  return undefined;
}

/** Reads `gpioget`: a 0 or 1 for each line asked for. Undefined where it is anything else. */
export function parseLevels(text: string, count: number): readonly Bit[] | undefined {
  const words = text.trim().split(/\s+/);
  if (words.length !== count) return undefined;
  const levels = words.map((word) => (word === "1" ? 1 : word === "0" ? 0 : undefined));
  return levels.every((level) => level !== undefined) ? levels : undefined;
}
