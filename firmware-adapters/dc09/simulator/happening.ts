import { z } from "zod";

const zone = z.int().min(0).max(999);

/** What happens in a simulated home. `isOver`: what was reported before is well again. */
export const happening = z.strictObject({
  what: z.enum(["press", "medical", "fire", "burglary", "tamper", "low-battery", "mains", "missing-sensor", "test"]),
  zone,
  isOver: z.boolean(),
});
export type Happening = z.infer<typeof happening>;

export type Format = "SIA-DCS" | "ADM-CID";

/** For each: SIA code, the code of its end, Contact ID code. */
const CODES: Readonly<Record<Happening["what"], readonly [sia: string, end: string, contactId: string]>> = {
  press: ["QA", "QH", "101"],
  medical: ["MA", "MH", "100"],
  fire: ["FA", "FH", "110"],
  burglary: ["BA", "BH", "130"],
  tamper: ["TA", "TR", "137"],
  "low-battery": ["XT", "XR", "384"],
  mains: ["AT", "AR", "301"],
  "missing-sensor": ["UY", "UJ", "381"],
  test: ["RP", "RP", "602"],
};

/** The data of the message by which a panel reports it. */
export function happeningData({ what, zone: where, isOver }: Happening, format: Format, account: string): string {
  const [sia, end, contactId] = CODES[what];
  const place = String(where);
  return format === "SIA-DCS"
    ? `#${account}|Nri1/${isOver ? end : sia}${place.padStart(2, "0")}`
    : `#${account}|${isOver ? 3 : 1}${contactId} 00 ${place.padStart(3, "0")}`;
}
