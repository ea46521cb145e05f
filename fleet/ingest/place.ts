import type { Stream } from "@outpost/wire/streams.ts";

import type { PreparedBatch } from "./group.ts";
import type { Sifted } from "./sift.ts";

/** All batches of a group that are of one stream of one epoch, and what of them is new. */
export interface Place extends Sifted {
  readonly gatewayNo: number;
  readonly epochNo: number;
  readonly ordinal: number;
  readonly stream: Stream;
  readonly batches: readonly PreparedBatch[];
}
