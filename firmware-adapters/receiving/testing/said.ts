import type { Occurrence } from "../../event.ts";
import type { FakeDeps } from "../../testing/fake-deps.ts";

/** The occurrences of one name that a device has told of. */
export function occurrences(deps: FakeDeps, name: string): readonly Occurrence[] {
  return deps.events.filter((event): event is Occurrence => event.kind === "occurrence" && event.name === name);
}

/** Every good value that a point has had, in order. */
export function goodValues(deps: FakeDeps, pointId: string): readonly number[] {
  return deps.events.flatMap((event) =>
    event.kind === "measurement" && event.pointId === pointId && event.reading.quality === "good"
      ? [event.reading.value]
      : [],
  );
}
