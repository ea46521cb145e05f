import type { Adapter } from "./adapter.ts";

/** Every adapter we ship. Lazy, so that a gateway without a serial line never loads the serial port's native code. */
export const catalog = {
  modbus: async () => (await import("./modbus/adapter.ts")).modbus,
} satisfies Record<string, () => Promise<Adapter>>;

export type AdapterKind = keyof typeof catalog;
