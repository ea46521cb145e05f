import { pumpStationProfile } from "../profile.ts";
import type { ProfileInput, PumpStationProfile } from "../profile.ts";
import { grundfosCimWastewater } from "./grundfos-cim-wastewater.ts";
import { levelFlowNode } from "./level-flow-node.ts";
import { twoPumpStation } from "./two-pump-station.ts";

const SHIPPED: readonly ProfileInput[] = [twoPumpStation, grundfosCimWastewater, levelFlowNode];

/** The names under which a site file may ask for a shipped profile, in alphabetical order. */
export const PROFILE_NAMES: readonly string[] = SHIPPED.map((profile) => profile.id).toSorted();

/**
 * Looks a shipped profile up.
 *
 * @returns the profile checked and with its defaults filled in, or undefined where no shipped profile has that name.
 */
export function shippedProfile(id: string): PumpStationProfile | undefined {
  const found = SHIPPED.find((profile) => profile.id === id);
  return found === undefined ? undefined : pumpStationProfile.parse(found);
}
