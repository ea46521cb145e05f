/** Classes that one thing may be called in turn, from frame to frame. */
const GROUPS: readonly (readonly string[])[] = [
  ["car", "truck", "bus", "van"],
  ["bicycle", "motorcycle", "two-wheeler"],
];

/** A number for each class, the same for those that may be the same thing, as the tracker wants it. */
export function groupsOf(classes: readonly string[]): readonly number[] {
  return classes.map((id, index) => {
    const group = GROUPS.findIndex((one) => one.includes(id));
    return group === -1 ? GROUPS.length + index : group;
  });
}
