import type { PointLatest } from "../../../../api/schemas.ts";

/** Points whose id or name, in either language, has every word of the search in it. */
export function matching(points: readonly PointLatest[], search: string): readonly PointLatest[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return points;
  return points.filter(({ id, name }) => {
    const text = `${id} ${name?.zh ?? ""} ${name?.en ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
