import type { Adapter } from "./adapter.ts";
import { buttonFamily } from "./button/settings.ts";
import { cameraFamily } from "./camera/settings.ts";
import { dc09Family } from "./dc09/settings.ts";
import { dlt645Family } from "./dlt645/settings.ts";
import type { Family } from "./family.ts";
import { hj212Family } from "./hj212/settings.ts";
import { lockerFamily } from "./locker/settings.ts";
import { modbusFamily } from "./modbus/settings.ts";
import { chargingSiteFamily, ocppFamily } from "./ocpp/settings.ts";
import { sentinelFamily } from "./sentinel/settings.ts";
import { signFamily } from "./sign/settings.ts";
import { sl651Family } from "./sl651/settings.ts";

/**
 * Every device family we ship: its settings, which the desk checks with too, and its adapter, loaded only where a site
 * uses it, so that a gateway without a serial line never loads the serial port's native code.
 */
export const catalog = {
  button: { ...buttonFamily, load: async () => (await import("./button/adapter.ts")).button },
  camera: { ...cameraFamily, load: async () => (await import("./camera/adapter.ts")).camera },
  "charging-site": { ...chargingSiteFamily, load: async () => (await import("./ocpp/site/adapter.ts")).chargingSite },
  dc09: { ...dc09Family, load: async () => (await import("./dc09/adapter.ts")).dc09 },
  dlt645: { ...dlt645Family, load: async () => (await import("./dlt645/adapter.ts")).dlt645 },
  hj212: { ...hj212Family, load: async () => (await import("./hj212/adapter.ts")).hj212 },
  locker: { ...lockerFamily, load: async () => (await import("./locker/adapter.ts")).locker },
  modbus: { ...modbusFamily, load: async () => (await import("./modbus/adapter.ts")).modbus },
  ocpp: { ...ocppFamily, load: async () => (await import("./ocpp/adapter.ts")).ocpp },
  sentinel: { ...sentinelFamily, load: async () => (await import("./sentinel/adapter.ts")).sentinel },
  sign: { ...signFamily, load: async () => (await import("./sign/adapter.ts")).sign },
  sl651: { ...sl651Family, load: async () => (await import("./sl651/adapter.ts")).sl651 },
} satisfies Record<string, Family & { readonly load: () => Promise<Adapter> }>;

export type AdapterKind = keyof typeof catalog;
