import type { PointLatest } from "../../../api/schemas.ts";

/** The points of one device by id. */
export type Points = ReadonlyMap<string, PointLatest>;

/** A value as the desk may show it: a number, the reason why there is none, or a point the device does not have. */
export type Shown =
  | { readonly kind: "good"; readonly value: number; readonly unit: string }
  | { readonly kind: "bad"; readonly reason: string }
  | { readonly kind: "absent" };

/** `unknown`: the point is there, its value is not. `absent`: the device has no such contact. */
export type Contact = "on" | "off" | "unknown" | "absent";

/** The value of one point, good or with its reason. */
export function shown(points: Points, id: string): Shown {
  const point = points.get(id);
  if (point === undefined) return { kind: "absent" };
  if (point.value !== null) return { kind: "good", value: point.value, unit: point.unit };
  return { kind: "bad", reason: point.badReason ?? "not-yet-read" };
}

/** The state of a contact: any value but 0 is on. */
export function contact(points: Points, id: string): Contact {
  const value = shown(points, id);
  if (value.kind === "good") return value.value === 0 ? "off" : "on";
  return value.kind === "bad" ? "unknown" : "absent";
}
