import type { ScanKind } from "../../../server/views.ts";

/** The form as people fill it in: one thing a line. */
export interface ScanForm {
  readonly serial?: string;
  readonly server?: string;
  readonly tcp?: string;
  readonly units?: string;
}

/** What the gateway is asked for. What makes no sense is left as it is: the gateway says what is wrong with it. */
export function scanRequestOf(kind: ScanKind, form: ScanForm): object {
  switch (kind) {
    case "serial":
    case "onvif":
      return { kind };
    case "modbus": {
      const units = unitsOf(form.units ?? "");
      return { kind, ...linesOf(form), tcp: addressesOf(form.tcp, 502), ...(units.length === 0 ? {} : { units }) };
    }
    case "dlt645":
    case "lockers":
      return { kind, ...linesOf(form) };
  }
}

function linesOf({ serial, server }: ScanForm): object {
  return { serial: wordsOf(serial), serialServer: addressesOf(server, 4_001) };
}

function addressesOf(text: string | undefined, usualPort: number): readonly { host: string; port: number }[] {
  return wordsOf(text).map((word) => {
    const match = /^(.*):(\d{1,5})$/.exec(word);
    return { host: match?.[1] ?? word, port: match === null ? usualPort : Number(match[2]) };
  });
}

function wordsOf(text: string | undefined): readonly string[] {
  return (text ?? "").split(/[\s,]+/).filter((word) => word !== "");
}

/** `1-20,31`; what is no number or range is left out. */
export function unitsOf(text: string): readonly number[] {
  const units = new Set<number>();
  for (const part of text.split(/[\s,]+/)) {
    const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part);
    if (match === null) continue;
    const first = Number(match[1]);
    const last = Math.min(255, Number(match[2] ?? match[1]));
    for (let unit = first; unit <= last; unit += 1) units.add(unit);
  }
  return [...units];
}
