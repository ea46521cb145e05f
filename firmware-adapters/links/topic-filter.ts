/**
 * Whether an MQTT topic falls under a subscription's filter.
 *
 * @see MQTT 3.1.1, section 4.7 (wildcards do not match topics that begin with `$`)
 */
export function matchesFilter(filter: string, topic: string): boolean {
  const filterLevels = filter.split("/");
  const levels = topic.split("/");
  if (topic.startsWith("$") && !filter.startsWith("$")) return false;
  for (const [index, wanted] of filterLevels.entries()) {
    if (wanted === "#") return true;
    const level = levels[index];
    if (level === undefined || (wanted !== "+" && wanted !== level)) return false;
  }
  return levels.length === filterLevels.length;
}
