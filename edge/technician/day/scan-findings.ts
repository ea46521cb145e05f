import { z } from "zod";

import type { ScanFinding } from "../server/views.ts";
import type { ScanRequest } from "./scan-request.ts";

/** The results of `scan … --json`, as far as the page shows them. */
const line = z.object({
  kind: z.enum(["serial", "serial-server", "tcp"]),
  path: z.string().optional(),
  baudRate: z.number().optional(),
  parity: z.string().optional(),
  host: z.string().optional(),
  port: z.number().optional(),
});
const unit = z.object({
  unitId: z.number(),
  vendor: z.string().optional(),
  product: z.string().optional(),
  revision: z.string().optional(),
  exceptionCode: z.number().optional(),
  isSlow: z.boolean().optional(),
});
const modbusResult = z.object({
  lines: z.array(
    line.extend({
      found: z.array(unit),
      doubtful: z.array(z.object({ unitId: z.number(), kind: z.string(), detail: z.string() })),
      notes: z.array(z.string()),
    }),
  ),
});
const serialResult = z.object({
  ports: z.array(
    z.object({
      path: z.string(),
      manufacturer: z.string().optional(),
      usbId: z.string().optional(),
      usedBy: z.array(z.object({ name: z.string(), pid: z.number() })),
    }),
  ),
});
const meterResult = z.object({
  lines: z.array(z.object({ line: z.string(), kind: z.string(), address: z.string().optional() })),
});
const lockerResult = z.object({
  lines: z.array(
    z.object({
      line: z.string(),
      boards: z.array(z.object({ protocol: z.string(), board: z.number(), ways: z.number() })),
    }),
  ),
});
const cameraResult = z.object({
  cameras: z.array(
    z.object({
      name: z.string(),
      hardware: z.string().optional(),
      source: z.object({ host: z.string(), port: z.number(), path: z.string() }).loose(),
    }),
  ),
});

type ModbusLine = z.infer<typeof modbusResult>["lines"][number];

/** What a scan brought, as rows for people; with what a device would be made of where that is known. */
export function findingsOf(request: ScanRequest, result: object): readonly ScanFinding[] {
  switch (request.kind) {
    case "serial":
      return serialResult.parse(result).ports.map(({ path, manufacturer, usbId, usedBy }) => ({
        line: path,
        address: usbId ?? "",
        what: [manufacturer, ...usedBy.map(({ name, pid }) => `${name} (${pid})`)].filter(Boolean).join(" · "),
        isDoubtful: usedBy.length > 0,
      }));
    case "modbus":
      return modbusResult.parse(result).lines.flatMap(modbusFindings);
    case "dlt645":
      return meterResult.parse(result).lines.map(({ line: where, kind, address }) => ({
        line: where,
        address: address ?? "",
        what: kind === "one" ? "DL/T 645" : "several meters talk at once",
        isDoubtful: kind !== "one",
      }));
    case "lockers":
      return lockerResult.parse(result).lines.flatMap(({ line: where, boards }) =>
        boards.map(({ protocol, board, ways }) => ({
          line: where,
          address: String(board),
          what: `${protocol}, ${ways}`,
          isDoubtful: false,
        })),
      );
    case "onvif":
      return cameraResult.parse(result).cameras.map(({ name, hardware, source }) => ({
        line: `${source.host}:${source.port}`,
        address: source.path,
        what: [name, hardware].filter(Boolean).join(", "),
        isDoubtful: false,
        offer: { adapter: "camera", link: {}, settings: { source } },
      }));
  }
}

function modbusFindings(one: ModbusLine): readonly ScanFinding[] {
  const where = nameOf(one);
  const found = one.found.map((unitFound): ScanFinding => {
    const { unitId, vendor, product, revision, exceptionCode, isSlow } = unitFound;
    const facts = [
      [vendor, product, revision].filter(Boolean).join(" "),
      exceptionCode === undefined ? "" : `exception ${exceptionCode}`,
      isSlow === true ? "slow" : "",
    ];
    return {
      line: where,
      address: String(unitId),
      what: facts.filter((fact) => fact !== "").join("; "),
      isDoubtful: false,
      offer: { adapter: "modbus", link: linkOf(one), settings: { unitId } },
    };
  });
  const doubtful = one.doubtful.map(({ unitId, kind, detail }) => ({
    line: where,
    address: String(unitId),
    what: `${kind}: ${detail}`,
    isDoubtful: true,
  }));
  return [...found, ...doubtful];
}

function nameOf({ kind, path, baudRate, parity, host, port }: ModbusLine): string {
  if (kind === "serial") return `${path} ${baudRate} 8${(parity ?? "none").charAt(0).toUpperCase()}1`;
  return `${host}:${port}`;
}

function linkOf({ kind, path, baudRate, parity, host, port }: ModbusLine): Record<string, string | number> {
  if (kind === "serial") return { kind, path: path ?? "", baudRate: baudRate ?? 9_600, parity: parity ?? "none" };
  return { kind, host: host ?? "", port: port ?? 502 };
}
