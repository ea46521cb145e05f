import type { Protocol } from "../settings.ts";
import type { LockCodec } from "./codec.ts";
import { kerongCu16 } from "./kerong-cu16.ts";
import { kerongCu48 } from "./kerong-cu48.ts";
import { wkly } from "./wkly.ts";
import { xor } from "./xor.ts";

/** Every protocol's codec. */
export const CODECS: Readonly<Record<Protocol, LockCodec>> = {
  xor,
  "kerong-cu16": kerongCu16,
  "kerong-cu48": kerongCu48,
  wkly,
};
