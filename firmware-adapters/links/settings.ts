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

/** A port of the gateway that devices call: alarm senders, environment and hydrology stations. */
const listenerLink = z.strictObject({
  id,
  kind: z.literal("listener"),
  transport: z.enum(["tcp", "udp"]).default("tcp"),
  host: host.default("0.0.0.0"),
  /** 0 takes any free port: for tests. */
  port: z.int().min(0).max(65_535),
  /** Connections at a time; over UDP, addresses. One more puts out the one that has been silent longest. */
  maxPeers: z.int().min(1).max(4_096).default(256),
  /** A sender that says nothing for this long is hung up on. */
  idleMs: z.int().min(1_000).max(172_800_000).default(3_600_000),
  /** TLS 1.2 or newer over TCP. With `clientCaFile` a caller must show a certificate signed by that authority. */
  tls: z
    .strictObject({
      certFile: z.string().min(1).max(500),
      keyFile: z.string().min(1).max(500),
      clientCaFile: z.string().min(1).max(500).optional(),
    })
    .optional(),
});

/** A broker on the site's own network, to which devices or their radio gateways speak. */
const mqttLink = z.strictObject({
  id,
  kind: z.literal("mqtt"),
  url: z.url({ protocol: /^mqtts?$/ }).max(500),
  /** Fixed, so that the broker keeps for us what came while we were away. */
  clientId: z.string().regex(/^[A-Za-z0-9_-]{1,23}$/, "1 to 23 letters, digits, '_' or '-'"),
  username: z.string().max(128).optional(),
  password: z.string().max(256).optional(),
});

/** One physical way to devices, as the site file writes it. */
export const linkSettings = z.discriminatedUnion("kind", [
  serialLink,
  serialServerLink,
  tcpLink,
  listenerLink,
  mqttLink,
]);
export type LinkSettings = z.infer<typeof linkSettings>;
/** Links whose devices are asked in turn: lines of bytes, and TCP endpoints. */
export type LineSettings = Extract<LinkSettings, { readonly kind: "serial" | "serial-server" | "tcp" }>;
