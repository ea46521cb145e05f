import { askDemo } from "../api/endpoints.ts";
import { useQuery } from "../api/use-query.ts";

/** Whether this fleet belongs to a demo: only then pages about one are offered. */
export function useHasDemo(): boolean {
  return useQuery("demo", askDemo).last?.isAvailable === true;
}
