import { z } from "zod";

import { defineFamily } from "../family.ts";
import { pumpStationProfile } from "./profile.ts";

/** One Modbus device, as the site file writes it. How it is framed follows from its link: TCP, or RTU on serial lines. */
export const modbusSettings = z.strictObject({
  /** 1 to 247 on serial lines; 255 and 0 are also met on TCP. */
  unitId: z.int().min(0).max(255),
  /** The name of a shipped profile, or a profile written out. */
  profile: z.union([z.string().regex(/^[a-z0-9-]{1,63}$/), pumpStationProfile]),
  /** How long to wait for an answer: the device's worst case plus the frame's own time. */
  timeoutMs: z.int().min(50).max(30_000).default(1_000),
  /** The most registers this device gives in one answer; the protocol allows 125, many devices 16, 32 or 64. */
  maxRegistersPerRead: z.int().min(1).max(125).default(125),
  /** Registers nobody asked for that one request may read over to save another request. */
  maxGapRegisters: z.int().min(0).max(60).default(10),
});
export type ModbusSettings = z.infer<typeof modbusSettings>;

export const modbusFamily = defineFamily({
  settings: modbusSettings,
  links: () => ["tcp", "serial", "serial-server"],
  addressOnLink: ({ unitId }) => ({ path: ["unitId"], address: `unit id ${unitId}` }),
  checkOnLink: ({ unitId }, { kind }) =>
    kind === "tcp" || (unitId >= 1 && unitId <= 247)
      ? []
      : [{ path: ["unitId"], message: "on a serial line a unit id is 1 to 247" }],
});
