import type { Device } from "@outpost/firmware-adapters/adapter.ts";
import { catalog } from "@outpost/firmware-adapters/catalog.ts";
import type { AlgorithmManifest } from "@outpost/models/algorithm.ts";
import { readAlgorithms } from "@outpost/models/read-algorithms.ts";

import type { DeviceSettings } from "./site-devices.ts";
import type { SiteTextFault } from "./site-fault.ts";
import { crossCheck } from "./site-points.ts";
import { parseSiteText, type SiteText } from "./site-text.ts";
import { schemaFaults } from "./site-words.ts";
import { siteDocument, type SiteDocument } from "./site.ts";
import { visionCheck } from "./vision-check.ts";
import { visionPoints } from "./vision-points.ts";

/** One device of the site: what the document says, and what its adapter made of it. */
export interface ConfiguredDevice {
  readonly settings: DeviceSettings;
  readonly device: Device;
}

/** A site document that passed every check: nothing in it is validated again. */
export interface Site {
  readonly document: SiteDocument;
  readonly devices: readonly ConfiguredDevice[];
  /** As a person wrote it, with its remarks. */
  readonly text: string;
}

/** What became of the text of a site document. */
export type SiteCheck =
  | { readonly kind: "accepted"; readonly site: Site }
  | { readonly kind: "refused"; readonly faults: readonly SiteTextFault[] };

/**
 * Checks all of a site document: YAML or JSON, the schema, each adapter's own settings, and that rules and actions fit
 * the points their devices have. The desk and the gateway check with this one function. Opens no port. A fault is an
 * outcome with its place in the text, never an exception.
 */
export async function checkSite(source: string): Promise<SiteCheck> {
  const reading = parseSiteText(source);
  if (reading.kind === "refused") return reading;
  const { text } = reading;
  const checked = siteDocument.safeParse(text.value);
  if (!checked.success) {
    return { kind: "refused", faults: checked.error.issues.flatMap((issue) => schemaFaults(issue, text)) };
  }
  const document = checked.data;
  const algorithms = algorithmsFor(document);
  const seen = visionCheck(document.vision, algorithms).map(({ path, message }) => faultAt(text, path, message));
  if (seen.length > 0) return { kind: "refused", faults: seen };
  const { devices, faults } = await configureDevices(document, text, algorithms);
  if (faults.length > 0) return { kind: "refused", faults };
  const crossed = crossCheck(document, devices).map(({ path, message }) => faultAt(text, path, message));
  if (crossed.length > 0) return { kind: "refused", faults: crossed };
  return { kind: "accepted", site: { document, devices, text: source } };
}

/** The site of a document that `checkSite` has accepted, in this thread or another. */
export async function configureChecked(document: SiteDocument, source: string): Promise<Site> {
  const nowhere: SiteText = { value: document, locate: () => undefined, locateKey: () => undefined };
  const { devices, faults } = await configureDevices(document, nowhere, algorithmsFor(document));
  const [fault] = faults;
  if (fault !== undefined) throw new Error(`${fault.path}: ${fault.message}`);
  return { document, devices, text: source };
}

/** A site without cameras to look at needs none of them, and does not wait for the disk or fail with it. */
function algorithmsFor({ vision }: SiteDocument): ReadonlyMap<string, AlgorithmManifest> {
  return vision === undefined ? new Map() : readAlgorithms();
}

async function configureDevices(
  document: SiteDocument,
  text: SiteText,
  algorithms: ReadonlyMap<string, AlgorithmManifest>,
): Promise<{ devices: ConfiguredDevice[]; faults: SiteTextFault[] }> {
  const devices: ConfiguredDevice[] = [];
  const faults: SiteTextFault[] = [];
  for (const [index, settings] of document.devices.entries()) {
    const adapter = await catalog[settings.adapter].load();
    try {
      const device = adapter.configure(settings.id, settings.settings);
      const camera = document.vision?.cameras.find((one) => one.device === settings.id);
      // What vision sees on a camera are points of the camera.
      const points = camera === undefined ? [] : visionPoints(camera, algorithms);
      devices.push({
        settings,
        device: points.length === 0 ? device : { ...device, points: [...device.points, ...points] },
      });
    } catch (error) {
      faults.push(
        faultAt(text, ["devices", index, "settings"], error instanceof Error ? error.message : String(error)),
      );
    }
  }
  return { devices, faults };
}

function faultAt(text: SiteText, path: readonly PropertyKey[], message: string): SiteTextFault {
  return { position: text.locate(path), path: path.join("."), message };
}
