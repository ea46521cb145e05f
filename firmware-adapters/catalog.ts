import type { Adapter } from "./adapter.ts";
import type { Family } from "./family.ts";
import { modbusFamily } from "./modbus/settings.ts";

/**
 * Every device family we ship: its settings, which the desk checks with too, and its adapter, loaded only where a site
 * uses it, so that a gateway without a serial line never loads the serial port's native code.
 */
export const catalog = {
  modbus: { ...modbusFamily, load: async () => (await import("./modbus/adapter.ts")).modbus },
} satisfies Record<string, Family & { readonly load: () => Promise<Adapter> }>;

export type AdapterKind = keyof typeof catalog;
