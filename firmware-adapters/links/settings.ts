import { z } from "zod";

const id = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, "lower-case letters, digits, '.', '_' or '-', at most 63");
const host = z.string().min(1).max(253);
const port = z.int().min(1).max(65_535);

/** A serial port of the gateway, RS-485 or RS-232. */
const serialLink = z.strictObject({
  id,
  kind: z.literal("serial"),
  path: z.string().min(1).max(255),
  baudRate: z.union([1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200].map((baud) => z.literal(baud))),
  parity: z.enum(["none", "even", "odd"]).default("none"),
  dataBits: z.union([z.literal(7), z.literal(8)]).default(8),
  stopBits: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Silence kept before each request. Cheap RS-485 converters need 20 to 50 ms to turn round. */
  gapMs: z.int().min(2).max(200).default(5),
});

/** A serial server: the same bytes as on the serial line, inside a TCP connection. */
const serialServerLink = z.strictObject({
  id,
  kind: z.literal("serial-server"),
  host,
  port,
  gapMs: z.int().min(0).max(200).default(5),
});

/** A device, or a gateway to devices, that speaks its protocol's own TCP form. */
const tcpLink = z.strictObject({ id, kind: z.literal("tcp"), host, port });

/** One physical way to devices, as the site file writes it. */
export const linkSettings = z.discriminatedUnion("kind", [serialLink, serialServerLink, tcpLink]);
export type LinkSettings = z.infer<typeof linkSettings>;
