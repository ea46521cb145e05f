import { z } from "zod";

import { OcppError } from "../errors.ts";
import type { LimitAnswer } from "../site/ocpp-site.ts";
import type { StationCall, StationConnection } from "../words.ts";

const status = z.object({ status: z.string() });

/** Sends a profile. `refused` also where the station knows no smart charging. */
export async function setProfile(
  connection: StationConnection,
  call: StationCall,
  signal: AbortSignal,
): Promise<LimitAnswer> {
  try {
    const answer = status.safeParse(await connection.call(call, signal)).data?.status;
    return answer === "Accepted" ? "accepted" : "refused";
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof OcppError && error.code === "ocpp/refused") return "refused";
    if (error instanceof OcppError && error.code !== "ocpp/bad-call") return "lost";
    throw error;
  }
}

/** Amperes as the schema allows them, with one decimal place, never above what is meant. */
export function tenths(limitA: number): number {
  return Math.floor(limitA * 10 + 1e-6) / 10;
}
