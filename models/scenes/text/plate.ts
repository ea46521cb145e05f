import type { Dice } from "../engine/dice.ts";
import { textureOfSvg, type Texture } from "../engine/texture.ts";
import { FONT_FAMILY, hasChineseFont } from "./fonts.ts";

export type PlateColour = "blue" | "green" | "yellow";

/** A number plate: what is written on it and how it looks. */
export interface Plate {
  readonly text: string;
  readonly colour: PlateColour;
  readonly texture: Texture;
}

const PROVINCES = Array.from("京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼");
/** GA 36: no I and no O. */
const LETTERS = Array.from("ABCDEFGHJKLMNPQRSTUVWXYZ");
const SIGNS = [...LETTERS, ...Array.from("0123456789")];

/** A text as plates carry: seven signs, eight on green ones. @see GA 36-2018 */
export function plateText(dice: Dice, colour: PlateColour): string {
  const province = hasChineseFont() ? dice.pick(PROVINCES) : "";
  const rest = Array.from({ length: 5 }, () => (dice.chance(0.72) ? String(dice.whole(0, 9)) : dice.pick(SIGNS)));
  const tail = colour === "green" ? [dice.pick(["D", "F"]), ...rest] : rest;
  return province + dice.pick(LETTERS) + tail.join("");
}

/** Draws a plate with the colours of its kind. */
export async function makePlate(dice: Dice, colour: PlateColour): Promise<Plate> {
  const text = plateText(dice, colour);
  return { text, colour, texture: await textureOfSvg(plateSvg(text, colour)) };
}

function plateSvg(text: string, colour: PlateColour): string {
  const [width, height] = [colour === "green" ? 240 : 220, 70];
  const ink = colour === "blue" ? "#ffffff" : "#10100f";
  const ground = { blue: "#10409a", yellow: "#f0b81c", green: "url(#fade)" }[colour];
  const signs = Array.from(text);
  const left = hasChineseFont() ? 12 : 24;
  const step = (width - 2 * left) / (signs.length + 0.35);
  const letters = signs.map((sign, index) => {
    const x = left + step * (index + 0.5 + (index > 1 ? 0.35 : 0));
    const wide = step * 0.86;
    return `<text x="${x.toFixed(1)}" y="53" text-anchor="middle" textLength="${wide.toFixed(1)}" lengthAdjust="spacingAndGlyphs">${sign}</text>`;
  });
  const dotX = left + step * 2.17;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
<defs><linearGradient id="fade" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#e9f3ec"/><stop offset="1" stop-color="#2fb36b"/></linearGradient></defs>
<rect width="${width}" height="${height}" fill="${ground}"/>
<rect x="2.5" y="2.5" width="${width - 5}" height="${height - 5}" rx="5" fill="none" stroke="${ink}" stroke-width="1.6"/>
<g fill="${ink}" font-family="${FONT_FAMILY}" font-weight="700" font-size="49">${letters.join("")}</g>
${colour === "green" ? "" : `<circle cx="${dotX.toFixed(1)}" cy="36" r="3.2" fill="${ink}"/>`}
</svg>`;
}
