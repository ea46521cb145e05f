import { packed } from "./colour.ts";
import { cross, dot, minus, unit, type V3 } from "./geometry.ts";
import { hazeShare, lit } from "./light.ts";
import type { Decal } from "./mesh.ts";
import { walkPolygon } from "./polygon.ts";
import { texel } from "./texture.ts";
import type { Drawing, Silhouettes } from "./triangles.ts";

/** One pixel of a surface: where it is, filled in for the painter; what it looks like, filled in by it. */
export interface Spot {
  x: number;
  y: number;
  z: number;
  /** Along the surface's first and second edge, metres from its first corner. */
  u: number;
  v: number;
  /** How many metres of the surface the pixel covers, about. */
  footprintM: number;
  red: number;
  green: number;
  blue: number;
  /** 0: matt; 1: mirrors the sky. */
  gloss: number;
  /** Light of its own; above 0 no other light is looked at. */
  glow: number;
  /** Whose pixel it is; the surface's own unless changed. */
  id: number;
}

/** Fills in colour (linear), gloss and glow of a spot. */
export type Painter = (spot: Spot) => void;

/** A flat piece of the world whose looks are worked out pixel by pixel. */
export interface Surface {
  /** Convex, counter-clockwise as seen. The first two edges are the axes of u and v. */
  readonly corners: readonly V3[];
  readonly painter: Painter;
  /** Shadows fall on it. */
  readonly isGround?: boolean;
  readonly id?: number;
}

/** Draws a surface, lit pixel by pixel. */
export function drawSurface(drawing: Drawing, surface: Surface, stamps?: Silhouettes): void {
  const { canvas, camera, light } = drawing;
  const { corners, painter, isGround = false, id = 0 } = surface;
  const [origin, second, ,] = corners;
  const last = corners.at(-1);
  if (origin === undefined || second === undefined || last === undefined) return;
  const uWay = unit(minus(second, origin));
  const normal = unit(cross(uWay, minus(last, origin)));
  const vWay = cross(normal, uWay);
  const reach = dot(minus(origin, camera.eye), normal);
  if (reach >= 0) return;
  const { eye, right, up, forward, focal, width, height } = camera;
  const spot: Spot = { x: 0, y: 0, z: 0, u: 0, v: 0, footprintM: 0, red: 0, green: 0, blue: 0, gloss: 0, glow: 0, id };
  const amount = new Float64Array(3);
  const row = (line: number, from: number, to: number): void => {
    const b = (height / 2 - line - 0.5) / focal;
    for (let column = from; column <= to; column += 1) {
      const a = (column + 0.5 - width / 2) / focal;
      const dx = forward[0] + a * right[0] + b * up[0];
      const dy = forward[1] + a * right[1] + b * up[1];
      const dz = forward[2] + a * right[2] + b * up[2];
      const slope = dx * normal[0] + dy * normal[1] + dz * normal[2];
      const far = reach / slope;
      const at = line * width + column;
      if (stamps !== undefined && stamps.stamps[at] !== stamps.stamp) {
        stamps.stamps[at] = stamps.stamp;
        stamps.touched += 1;
      }
      if (!(far > 0) || 1 / far <= (canvas.near[at] ?? 0)) continue;
      const [wx, wy, wz] = [dx * far, dy * far, dz * far];
      spot.x = eye[0] + wx;
      spot.y = eye[1] + wy;
      spot.z = eye[2] + wz;
      const [ox, oy, oz] = [spot.x - origin[0], spot.y - origin[1], spot.z - origin[2]];
      spot.u = ox * uWay[0] + oy * uWay[1] + oz * uWay[2];
      spot.v = ox * vWay[0] + oy * vWay[1] + oz * vWay[2];
      const size = Math.sqrt(dx * dx + dy * dy + dz * dz);
      spot.footprintM = far / focal / Math.max(0.08, -slope / size);
      spot.gloss = 0;
      spot.glow = 0;
      spot.id = id;
      painter(spot);
      canvas.near[at] = 1 / far;
      canvas.ids[at] = spot.id;
      canvas.ground[at] = isGround ? 255 : 0;
      const haze = hazeShare(light, far * size);
      if (spot.glow > 0) amount.fill(spot.glow);
      else lit(light, [spot.x, spot.y, spot.z], normal, amount);
      // What is glossy shows the sky the more, the flatter it is looked at.
      const shine = spot.gloss > 0 ? spot.gloss * (0.08 + 0.92 * (1 - Math.min(1, -slope / size)) ** 4) : 0;
      const rest = (1 - shine) * (1 - haze);
      const air = shine * (1 - haze);
      canvas.colour[at] = packed(
        spot.red * (amount[0] ?? 0) * rest + light.sky[0] * air + light.haze[0] * haze,
        spot.green * (amount[1] ?? 0) * rest + light.sky[1] * air + light.haze[1] * haze,
        spot.blue * (amount[2] ?? 0) * rest + light.sky[2] * air + light.haze[2] * haze,
      );
    }
  };
  walkPolygon(camera, corners, { width, height, scale: 1, row });
}

/** Draws a picture on a flat place. */
export function drawDecal(drawing: Drawing, { corners, texture, glow }: Decal, id: number): void {
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const wide = Math.hypot(...minus(topRight, topLeft));
  const high = Math.hypot(...minus(topLeft, bottomLeft));
  const painter: Painter = (spot) => {
    const pixel = texel(texture, spot.u / wide, 1 - spot.v / high);
    spot.red = BYTES[pixel & 255] ?? 0;
    spot.green = BYTES[(pixel >> 8) & 255] ?? 0;
    spot.blue = BYTES[(pixel >> 16) & 255] ?? 0;
    spot.glow = glow;
  };
  drawSurface(drawing, { corners: [bottomLeft, bottomRight, topRight, topLeft], painter, id });
}

/** Linear light of a byte. */
const BYTES = Float64Array.from({ length: 256 }, (_, byte) => (byte / 255) ** 2.2);
