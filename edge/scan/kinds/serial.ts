import { scanSerialPorts, type SerialPortFound } from "@outpost/firmware-adapters/links/scan-serial.ts";

import type { ScanOutcome, Screen } from "../run-scan.ts";

/** `scan serial`: lists the ports that are there, opening none. */
export async function scanSerial(screen: Screen): Promise<ScanOutcome> {
  const ports = await scanSerialPorts();
  if (ports.length === 0) screen.say("no serial port is here");
  for (const port of ports) for (const line of portLines(port)) screen.say(line);
  return { result: { ports }, failures: [], isComplete: true };
}

function portLines({ path, names, manufacturer, serialNumber, usbId, usedBy }: SerialPortFound): readonly string[] {
  const others = names.filter((name) => name !== path);
  const about = [manufacturer, usbId && `USB ${usbId}`, serialNumber && `serial number ${serialNumber}`]
    .filter((fact) => fact !== undefined && fact !== "")
    .join(", ");
  return [
    path,
    ...(others.length === 0 ? [] : [`    also ${others.join(", ")}`]),
    ...(about === "" ? [] : [`    ${about}`]),
    ...usedBy.map(({ name, pid }) => `    in use by ${name} (process ${pid})`),
  ];
}
