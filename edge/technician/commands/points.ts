import type { BookView, SiteView } from "../server/views.ts";
import { signedIn, type SignedInOptions } from "./signed-in.ts";

/** `points list`. */
export async function listPoints(options: SignedInOptions): Promise<void> {
  await signedIn(options, async (page) => {
    const { devices } = await page.ask<SiteView>("/api/site");
    const { checks } = await page.ask<BookView>("/api/book");
    for (const device of devices) {
      console.log(device.id);
      for (const { id, name } of device.points) {
        const check = checks.find(({ deviceId, pointId }) => deviceId === device.id && pointId === id);
        const value = check === undefined ? "" : `${check.value ?? "—"} ${check.unit}`;
        const said = check === undefined ? "open" : `${check.verdict} (${value.trim()}; ${check.by})`;
        console.log(`  ${id.padEnd(24)} ${name.en} / ${name.zh}: ${said}`);
      }
    }
  });
}

/** `points check DEVICE POINT`. */
export async function checkPoint(
  deviceId: string,
  pointId: string,
  options: SignedInOptions & { readonly verdict: string; readonly plate: string; readonly comment: string },
): Promise<void> {
  const { verdict, plate, comment } = options;
  await signedIn(options, async (page) => {
    const body = { deviceId, pointId, verdict, plate, comment };
    const { value, unit } = await page.act<{ value: number | null; unit: string }>("/api/checks", body);
    console.log(`${deviceId} ${pointId}: ${verdict}, the gateway reads ${value ?? "—"} ${unit}`.trim());
  });
}
