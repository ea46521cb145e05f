import type { Place } from "./place.ts";
import { bins } from "./places/bins.ts";
import { carPark } from "./places/car-park.ts";
import { chargingBays } from "./places/charging-bays.ts";
import { entrance } from "./places/entrance.ts";
import { fire } from "./places/fire.ts";
import { lift } from "./places/lift.ts";
import { lockers } from "./places/lockers.ts";
import { pool } from "./places/pool.ts";
import { river } from "./places/river.ts";
import { road } from "./places/road.ts";
import { square } from "./places/square.ts";
import { street } from "./places/street.ts";

/** Every kind of scene, in the order of the documents. */
export const PLACES: readonly Place[] = [
  pool,
  river,
  street,
  carPark,
  chargingBays,
  lift,
  entrance,
  square,
  bins,
  lockers,
  road,
  fire,
];

/** The names that `--scene` knows. */
export const PLACE_NAMES: readonly string[] = PLACES.map(({ name }) => name);
