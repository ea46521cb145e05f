import { catalog } from "@outpost/firmware-adapters/catalog.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { siteDocument, type SiteDocument } from "@outpost/wire/site.ts";

import { crossCheck } from "./cross-check.ts";
import type { SiteFault } from "./fault.ts";
import { schemaFaults } from "./schema-fault.ts";
import type { ConfiguredDevice, SiteReading } from "./site.ts";
import { readYamlFile, type YamlFile } from "./yaml-file.ts";

/**
 * Reads a site file and checks all of it: YAML, the wire's schema, each adapter's own settings, and that rules and
 * actions fit the points their devices have. Opens no port. A fault is an outcome with its place in the file, never an
 * exception.
 */
export async function readSite(file: string): Promise<SiteReading> {
  const reading = await readYamlFile(file);
  if (reading.kind === "refused") return reading;
  const { yaml } = reading;
  const checked = siteDocument.safeParse(yaml.value);
  if (!checked.success) {
    return { kind: "refused", faults: checked.error.issues.flatMap((issue) => schemaFaults(issue, yaml)) };
  }
  const document = checked.data;
  const { devices, faults } = await configureDevices(document, yaml);
  if (faults.length > 0) return { kind: "refused", faults };
  const crossed = crossCheck(document, devices).map(({ path, message }) => faultAt(yaml, path, message));
  if (crossed.length > 0) return { kind: "refused", faults: crossed };
  return { kind: "accepted", site: { document, devices, text: yaml.text } };
}

async function configureDevices(
  document: SiteDocument,
  yaml: YamlFile,
): Promise<{ devices: ConfiguredDevice[]; faults: SiteFault[] }> {
  const devices: ConfiguredDevice[] = [];
  const faults: SiteFault[] = [];
  for (const [index, settings] of document.devices.entries()) {
    const adapter = await catalog[settings.adapter].load();
    try {
      devices.push({ settings, device: adapter.configure(settings.id, settings.settings) });
    } catch (error) {
      faults.push(faultAt(yaml, ["devices", index, "settings"], asError(error).message));
    }
  }
  return { devices, faults };
}

function faultAt(yaml: YamlFile, path: readonly PropertyKey[], message: string): SiteFault {
  return { file: yaml.file, position: yaml.locate(path), path: path.join("."), message };
}
