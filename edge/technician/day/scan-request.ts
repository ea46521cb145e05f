import { PARITIES, SPEEDS } from "@outpost/firmware-adapters/modbus/scan/plan.ts";
import { z } from "zod";

const address = z.strictObject({ host: z.string().min(1).max(253), port: z.int().min(1).max(65_535) });
const speed = z.union(SPEEDS.map((one) => z.literal(one)));
const path = z.string().regex(/^\/dev\/[\w./:-]{1,200}$/, "a device file below /dev");
const lines = {
  serial: z.array(path).max(16).default([]),
  serialServer: z.array(address).max(16).default([]),
  parity: z.array(z.enum(PARITIES)).min(1).max(3).default(["none"]),
};

/** What a scan is asked for: the options of `outpost-edge scan`, with the same defaults. */
export const scanRequest = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("serial") }),
  z.strictObject({
    kind: z.literal("modbus"),
    ...lines,
    baud: z.array(speed).min(1).max(8).default([9_600, 19_200]),
    tcp: z.array(address).max(16).default([]),
    units: z.array(z.int().min(0).max(255)).min(1).max(256).exactOptional(),
    waitMs: z.int().min(10).max(10_000).default(100),
    first: z.boolean().default(true),
  }),
  z.strictObject({
    kind: z.literal("dlt645"),
    ...lines,
    parity: z.array(z.enum(PARITIES)).min(1).max(3).default(["even"]),
    baud: z.array(speed).min(1).max(8).default([2_400, 9_600]),
    waitMs: z.int().min(100).max(10_000).default(1_000),
  }),
  z.strictObject({
    kind: z.literal("lockers"),
    ...lines,
    baud: z.array(speed).min(1).max(8).default([9_600, 19_200]),
    waitMs: z.int().min(10).max(5_000).default(200),
  }),
  z.strictObject({
    kind: z.literal("onvif"),
    seconds: z.int().min(1).max(60).default(5),
    ask: z.array(address).max(16).exactOptional(),
  }),
]);
export type ScanRequest = z.infer<typeof scanRequest>;
