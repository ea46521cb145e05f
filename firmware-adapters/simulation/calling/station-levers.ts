import { z } from "zod";

import { lever, type Lever } from "../levers.ts";

/** A simulated station that calls and reports, and what goes wrong with any such station. */
export interface CallingStation {
  readonly state: object;
  /** Measures and sends now. */
  report(): void;
  /** Says nothing, and measures on, for so long. */
  beSilent(ms: number): void;
  /** Hangs up; calls again unless it is told to stay away. */
  hangUp(isStayingAway: boolean): void;
  callAgain(): void;
  setClockAhead(ms: number): void;
  /** So many frames go out with a wrong check. */
  spoilCrcs(count: number): void;
  /** @returns whether there is a line to send them on. */
  sendGarbage(bytes: Buffer): boolean;
}

/** Which of the stations: the first unless told otherwise. */
export const which = { station: z.int().min(0).max(99).default(0) };
/** The schema of a lever that says no more than that. */
export const whichAlone = z.strictObject(which).prefault({});

/** A lever on one of several stations. */
export function stationLever<Station extends CallingStation, Body extends { readonly station: number }>(
  stations: readonly Station[],
  schema: z.ZodType<Body>,
  act: (station: Station, body: Body) => boolean | void,
): Lever {
  return lever(
    schema,
    () => stateOf(stations),
    (body) => {
      const station = stations[body.station];
      return station === undefined ? false : act(station, body);
    },
  );
}

/** What `GET /state` shows. */
export function stateOf(stations: readonly CallingStation[]): object {
  return { stations: stations.map((station) => station.state) };
}

/** The levers that stations of every kind have. */
export function commonLevers(stations: readonly CallingStation[]): Readonly<Record<string, Lever>> {
  const seconds = z.number().min(0).max(86_400);
  const hex = z.string().regex(/^([0-9a-f]{2}){1,1000}$/i);
  const stayAway = z.boolean().default(false);
  const at = <Body extends { readonly station: number }>(
    schema: z.ZodType<Body>,
    act: (station: CallingStation, body: Body) => boolean | void,
  ): Lever => stationLever(stations, schema, act);
  return {
    report: at(whichAlone, (station) => station.report()),
    silence: at(z.strictObject({ ...which, seconds }), (station, body) => station.beSilent(body.seconds * 1_000)),
    "hang-up": at(z.strictObject({ ...which, stayAway }).prefault({}), (station, body) =>
      station.hangUp(body.stayAway),
    ),
    "call-again": at(whichAlone, (station) => station.callAgain()),
    clock: at(z.strictObject({ ...which, aheadMs: z.int().min(-1e11).max(1e11) }), (station, body) =>
      station.setClockAhead(body.aheadMs),
    ),
    "wrong-crc": at(z.strictObject({ ...which, count: z.int().min(0).max(1_000) }), (station, body) =>
      station.spoilCrcs(body.count),
    ),
    garbage: at(z.strictObject({ ...which, hex }), (station, body) =>
      station.sendGarbage(Buffer.from(body.hex, "hex")),
    ),
  };
}
