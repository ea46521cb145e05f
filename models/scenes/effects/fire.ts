import type { Colour } from "../engine/colour.ts";
import { smooth, type V3 } from "../engine/geometry.ts";
import type { Puff } from "./puffs.ts";

/** A seat of fire that begins, grows and stays. */
export interface FireSeat {
  readonly at: V3;
  /** Smoke from here on … */
  readonly smokesAtS: number;
  /** … and flames from here on. */
  readonly burnsAtS: number;
  readonly growS: number;
  readonly sizeM: number;
  readonly smoke: Colour;
  /** Metres a second, sideways and away. */
  readonly wind: readonly [number, number];
  readonly seed: number;
  readonly smokeId: number;
  readonly flameId: number;
}

const PUFFS = 46;
const LIFE_S = 7.5;

/** Smoke that rises, widens and drifts; flames at the seat; and their shine. */
export function fireAt(seat: FireSeat, tS: number): readonly Puff[] {
  return [...smokeAt(seat, tS), ...flamesAt(seat, tS)];
}

function smokeAt({ at, smokesAtS, growS, sizeM, smoke, wind, seed, smokeId }: FireSeat, tS: number): readonly Puff[] {
  const everyS = LIFE_S / PUFFS;
  const first = Math.ceil((tS - LIFE_S) / everyS);
  return Array.from({ length: PUFFS }, (_, index) => first + index).flatMap((number): readonly Puff[] => {
    const bornS = number * everyS;
    const ageS = tS - bornS;
    if (bornS < smokesAtS || ageS < 0 || ageS > LIFE_S) return [];
    const own = fraction(number * 12.9898 + seed);
    const other = fraction(number * 78.233 + seed);
    const strength = smooth(0, growS, bornS - smokesAtS + growS * 0.2);
    const rise = 1.5 * ageS ** 0.8 * (0.8 + 0.4 * own) * (0.5 + 0.5 * sizeM);
    const sway = Math.sin(ageS * 1.3 + own * 6) * 0.12 * ageS;
    const spread = (own - 0.5) * sizeM * 0.6;
    return [
      {
        at: [
          at[0] + spread + wind[0] * ageS * (0.7 + 0.3 * own) + sway,
          at[1] + (other - 0.5) * sizeM * 0.5 + wind[1] * ageS,
          at[2] + 0.25 * sizeM + rise,
        ],
        radiusM: sizeM * (0.2 + 0.16 * ageS) * (0.7 + 0.6 * other) * (0.45 + 0.55 * strength),
        colour: [smoke[0] * (0.8 + 0.4 * other), smoke[1] * (0.8 + 0.4 * other), smoke[2] * (0.8 + 0.4 * other)],
        opacity: 0.62 * strength * smooth(0, 0.5, ageS) * (1 - smooth(LIFE_S * 0.45, LIFE_S, ageS)),
        form: "cover",
        seed: own * 50,
        ageS,
        id: smokeId,
      },
    ];
  });
}

function flamesAt({ at, burnsAtS, growS, sizeM, seed, flameId }: FireSeat, tS: number): readonly Puff[] {
  const strength = smooth(burnsAtS, burnsAtS + growS, tS);
  if (strength <= 0) return [];
  const size = sizeM * (0.25 + 0.75 * strength);
  const tongues = [0, 1, 2, 3, 4].map((index): readonly Puff[] => {
    const own = fraction(index * 7.31 + seed);
    const flicker = 0.85 + 0.25 * Math.sin(tS * (9 + own * 5) + index * 2) * Math.sin(tS * 3.1 + own * 9);
    const spot: V3 = [at[0] + (own - 0.5) * size * 1.1, at[1] + (index - 2) * 0.08 * size - 0.05, at[2] + size * 0.42];
    const tongue = (factor: number, colour: Colour, opacity: number): Puff => ({
      at: [spot[0], spot[1] - (1 - factor) * 0.1, at[2] + size * 0.42 * factor],
      radiusM: size * 0.5 * factor * flicker,
      colour,
      opacity: opacity * strength,
      form: "flame",
      seed: own * 30 + index,
      ageS: tS,
      id: flameId,
    });
    return [
      tongue(1, [0.95, 0.16, 0.02], 0.85),
      tongue(0.78, [1.2, 0.5, 0.05], 0.9),
      tongue(0.5, [1.4, 1.1, 0.45], 0.95),
    ];
  });
  const shine: Puff = {
    at: [at[0], at[1] - 0.3, at[2] + size * 0.5],
    radiusM: size * 2.6,
    colour: [1, 0.45, 0.12],
    opacity: 0.4 * strength * (0.9 + 0.1 * Math.sin(tS * 17)),
    form: "light",
    seed: 1,
  };
  return [shine, ...tongues.flat()];
}

function fraction(value: number): number {
  const mixed = Math.sin(value) * 43_758.5453;
  return mixed - Math.floor(mixed);
}
