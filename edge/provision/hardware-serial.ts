import { readFile } from "node:fs/promises";

import { hardwareSerial } from "@outpost/wire/enrolment.ts";

/** Where boards and PCs say it. */
const PLACES = [
  "/proc/device-tree/serial-number",
  "/sys/class/dmi/id/product_serial",
  "/sys/class/dmi/id/board_serial",
];
/** What makers leave there when they wrote nothing. */
const NOTHING = /^(0+|none|n\/a|default.*|to.be.filled.*|not.*|system.*|unknown)$/i;

/**
 * The serial number of this box.
 *
 * @param file  where it stands, if not where Linux has it.
 * @returns undefined where there is none that could be told apart from another's.
 */
export async function readHardwareSerial(file?: string): Promise<string | undefined> {
  for (const place of file === undefined ? PLACES : [file]) {
    const text = await readFile(place, "utf8").catch(() => "");
    const serial = text.replaceAll("\0", "").trim().replaceAll(/\s+/g, "-");
    if (!NOTHING.test(serial) && hardwareSerial.safeParse(serial).success) return serial;
  }
  return undefined;
}
