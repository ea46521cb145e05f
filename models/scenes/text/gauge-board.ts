import { textureOfSvg, type Texture } from "../engine/texture.ts";
import { FONT_FAMILY } from "./fonts.ts";

const PX_A_CM = 4;
const WIDE_CM = 18;

/**
 * A staff gauge of whole metres: E marks of one centimetre a stroke, a digit each decimetre, the metre in front of it at
 * the full ones; metres alternate in colour.
 */
export async function gaugeBoard(metres: number, inks: readonly [string, string]): Promise<Texture> {
  const [width, height] = [WIDE_CM * PX_A_CM, metres * 100 * PX_A_CM];
  const marks = Array.from({ length: metres * 10 }, (_, decimetre) => decimetreMarks(decimetre, height, inks));
  return await textureOfSvg(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="${width}" height="${height}" fill="#f6f6f1"/>
<g font-family="${FONT_FAMILY}" font-weight="700">${marks.join("")}</g>
<rect x="1" y="1" width="${width - 2}" height="${height - 2}" fill="none" stroke="#222" stroke-width="2"/></svg>`,
  );
}

function decimetreMarks(decimetre: number, height: number, inks: readonly [string, string]): string {
  const metre = Math.floor(decimetre / 10);
  const ink = inks[metre % 2 === 0 ? 0 : 1];
  const foot = height - px(decimetre * 10);
  const bar = (x: number, above: number, wide: number, high: number): string =>
    `<rect x="${px(x)}" y="${foot - px(above + high)}" width="${px(wide)}" height="${px(high)}" fill="${ink}"/>`;
  // One E to the right for the lower five centimetres, one to the left for the upper.
  const lower = [0, 2, 4].map((above) => bar(9, above, 8, 1)).join("") + bar(9, 0, 2, 5);
  const upper = [5, 7, 9].map((above) => bar(9, above, 8, 1)).join("") + bar(15, 5, 2, 5);
  const digit = `<text x="${px(4.6)}" y="${foot - px(1.2)}" text-anchor="middle" font-size="${px(8)}" fill="${ink}">${decimetre % 10}</text>`;
  const whole =
    decimetre % 10 === 0
      ? `<text x="${px(1.9)}" y="${foot - px(1.2)}" text-anchor="middle" font-size="${px(5.4)}" fill="#b01616">${metre}</text>`
      : "";
  return lower + upper + (decimetre % 10 === 0 ? whole + digit.replace(`x="${px(4.6)}"`, `x="${px(6)}"`) : digit);
}

/** Pixels of a length in centimetres. */
function px(cm: number): number {
  return cm * PX_A_CM;
}
