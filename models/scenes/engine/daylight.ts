import { blend, dimmed, hex, type Colour } from "./colour.ts";
import type { Dice } from "./dice.ts";
import { unit, type V3 } from "./geometry.ts";
import type { Lamp, Light } from "./light.ts";
import { CLEAN_LENS, type Lens } from "./resolve.ts";
import type { Sky } from "./sky.ts";
import type { Weather } from "./world.ts";

/** Times of day and weathers under an open sky. */
export const DAYS = ["noon", "morning", "overcast", "evening", "rain", "fog", "night"] as const;
export type Day = (typeof DAYS)[number];

/** Light, sky and weather of one day. */
export interface Daylight {
  readonly light: Light;
  readonly sky: Sky;
  readonly weather: Weather;
}

interface DayColours {
  readonly sun: Colour;
  readonly sky: Colour;
  readonly zenith: Colour;
  readonly horizon: Colour;
  readonly cloud: Colour;
  readonly haze: Colour;
  readonly hazeM: number;
  readonly cover: number;
  readonly heightDeg: readonly [number, number];
}

const COLOURS: Readonly<Record<Day, DayColours>> = {
  noon: {
    sun: [1.95, 1.85, 1.65],
    sky: [0.52, 0.58, 0.7],
    zenith: hex("#3f78b8"),
    horizon: hex("#bcd3e6"),
    cloud: [0.95, 0.95, 0.97],
    haze: hex("#b9cbd9"),
    hazeM: 900,
    cover: 0.45,
    heightDeg: [42, 68],
  },
  morning: {
    sun: [1.5, 1.18, 0.85],
    sky: [0.4, 0.46, 0.58],
    zenith: hex("#5d8bbf"),
    horizon: hex("#e9d9bf"),
    cloud: [1, 0.9, 0.8],
    haze: hex("#d8cfc0"),
    hazeM: 500,
    cover: 0.4,
    heightDeg: [20, 34],
  },
  overcast: {
    sun: [0.12, 0.12, 0.12],
    sky: [0.86, 0.88, 0.9],
    zenith: hex("#9fa8b0"),
    horizon: hex("#cdd2d6"),
    cloud: hex("#b4bac0"),
    haze: hex("#bcc2c7"),
    hazeM: 420,
    cover: 0.95,
    heightDeg: [45, 60],
  },
  evening: {
    sun: [1.25, 0.68, 0.34],
    sky: [0.3, 0.32, 0.45],
    zenith: hex("#3b4f80"),
    horizon: hex("#f0a868"),
    cloud: hex("#e08a64"),
    haze: hex("#c79a7c"),
    hazeM: 420,
    cover: 0.5,
    heightDeg: [12, 20],
  },
  rain: {
    sun: [0, 0, 0],
    sky: [0.6, 0.63, 0.67],
    zenith: hex("#747d86"),
    horizon: hex("#9ea6ad"),
    cloud: hex("#858d95"),
    haze: hex("#8f979d"),
    hazeM: 150,
    cover: 1,
    heightDeg: [50, 60],
  },
  fog: {
    sun: [0, 0, 0],
    sky: [0.78, 0.79, 0.79],
    zenith: hex("#c9cbcb"),
    horizon: hex("#c3c6c6"),
    cloud: hex("#c9cbcb"),
    haze: hex("#bfc2c2"),
    hazeM: 45,
    cover: 1,
    heightDeg: [50, 60],
  },
  night: {
    sun: [0, 0, 0],
    sky: [0.045, 0.055, 0.085],
    zenith: hex("#0a0e18"),
    horizon: hex("#2a2c36"),
    cloud: hex("#1a1d26"),
    haze: hex("#14171f"),
    hazeM: 200,
    cover: 0.5,
    heightDeg: [50, 60],
  },
};

/** A day under the open sky; `lamps` shine at night and in the evening. */
export function daylight(dice: Dice, day: Day, lamps: readonly Lamp[] = []): Daylight {
  const colours = COLOURS[day];
  const height = (dice.between(...colours.heightDeg) * Math.PI) / 180;
  // Not straight from behind or before the camera: shadows shall be seen.
  const around = dice.pick([-1, 1]) * dice.between(0.5, 2.1) + Math.PI / 2;
  const sunWay: V3 = unit([Math.cos(around) * Math.cos(height), Math.sin(around) * Math.cos(height), Math.sin(height)]);
  const gain = dice.between(0.88, 1.1);
  const sun = dimmed(colours.sun, gain);
  const sky = dimmed(colours.sky, gain);
  const onGround = sun[1] * sunWay[2];
  return {
    light: {
      sunWay,
      sun,
      sky,
      ground: blend(dimmed(sky, 0.45), [0.3, 0.28, 0.25], 0.25 * (sky[0] + sun[0] * 0.3)),
      lamps: day === "night" || day === "evening" ? lamps : [],
      shadow: onGround / (onGround + sky[1]),
      haze: colours.haze,
      hazeM: colours.hazeM,
    },
    sky: { zenith: colours.zenith, horizon: colours.horizon, cloud: colours.cloud, cover: colours.cover },
    weather: { name: day, isNight: day === "night", rain: day === "rain" ? dice.whole(120, 420) : 0 },
  };
}

/** Light in a room: a pale ceiling, lamps, and no sun. */
export function roomLight(dice: Dice, lamps: readonly Lamp[], brightness = 1): Daylight {
  const gain = dice.between(0.82, 1.12) * brightness;
  const warm = dice.between(-0.06, 0.08);
  const sky: Colour = [0.46 * gain * (1 + warm), 0.46 * gain, 0.46 * gain * (1 - warm)];
  return {
    light: {
      sunWay: [0.1, 0.15, 0.98],
      sun: [0.3 * gain, 0.29 * gain, 0.27 * gain],
      sky,
      ground: dimmed(sky, 0.55),
      lamps,
      shadow: 0,
      haze: [0.5, 0.5, 0.5],
      hazeM: 2_000,
    },
    sky: { zenith: [0.1, 0.1, 0.1], horizon: [0.1, 0.1, 0.1], cloud: [0.1, 0.1, 0.1], cover: 0 },
    weather: { name: "indoors", isNight: false, rain: 0 },
  };
}

/** A camera as cameras on poles are: rarely clean, sometimes soft, at night grainy. */
export function someLens(dice: Dice, isDark = false): Lens {
  const isInfrared = isDark && dice.chance(0.35);
  return {
    ...CLEAN_LENS,
    exposure: isDark ? dice.between(1.1, 1.45) : dice.between(0.9, 1.1),
    warmth: dice.between(-0.04, 0.04),
    contrast: dice.between(0.94, 1.1),
    saturation: isInfrared ? 0 : dice.between(0.82, 1.08),
    noise: isDark ? dice.between(5, 10) : dice.between(1, 4.5),
    blur: dice.pick([0, 0, 0, 1, 1, 2]),
    smearPx: dice.chance(0.08) ? dice.between(2, 5) : 0,
    vignette: dice.between(0, 0.32),
    jpegQuality: dice.whole(45, 92),
  };
}
