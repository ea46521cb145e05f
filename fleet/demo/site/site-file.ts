import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { HOST, type DemoOptions } from "../options.ts";
import type { Courier } from "./courier.ts";
import { compartmentsText, doorRulesText } from "./doors.ts";

/** As `site.yaml` names it. */
export const GATEWAY_ID = "gateway-01";

/** Fills the site file in and writes it into the state directory. @returns its path. */
export async function writeSiteFile(options: DemoOptions, courier: Courier): Promise<string> {
  const { ports, stateDirectory, site } = options;
  const devices = [...ports.simulators].map(([id, { device }]) => {
    return [`${id.replaceAll("-", "_").toUpperCase()}_PORT`, String(device)] as const;
  });
  const values: Readonly<Record<string, string>> = {
    ...site?.values,
    MQTT_URL: `mqtts://${HOST}:${ports.uplink}`,
    STATUS_PORT: String(ports.status),
    CABINET_ID: courier.cabinetId,
    CODE_SECRET: courier.secret,
    CODE_WINDOW_MINUTES: String(courier.windowMinutes),
    COMPARTMENTS: compartmentsText(),
    DOOR_RULES: doorRulesText(),
    ...Object.fromEntries(devices),
  };
  const template = await readFile(site?.template ?? new URL("site.yaml", import.meta.url), "utf8");
  await mkdir(join(stateDirectory, "gateway"), { recursive: true });
  const file = join(stateDirectory, "site.yaml");
  await writeFile(file, filledIn(template, values));
  return file;
}

/** The template with every `${NAME}` outside its comments filled in; one that nothing is known of is a fault of ours. */
export function filledIn(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/^ *#.*$|\$\{([A-Z0-9_]+)\}/gm, (found, key: string | undefined) => {
    if (key === undefined) return found;
    assert(values[key] !== undefined, `the site file asks for ${key}`);
    return values[key];
  });
}
