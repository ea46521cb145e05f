/** What a latency is measured on, beside the siren's coil at a Modbus device. */
export interface BenchSite {
  /** Of the Modbus device, on loopback. */
  readonly port: number;
  readonly pollEveryMs: number;
  /** Further points of the Modbus device, and further devices, as the site file writes them. */
  readonly points?: readonly object[];
  readonly devices?: readonly object[];
  /** Of a fleet's broker. */
  readonly uplink?: string;
  /** What calls the siren by being 1. */
  readonly trigger: { readonly device: string; readonly point: string };
}

const named = (zh: string, en: string) => ({ name: { zh, en } });

/** The site of a measurement: one bit that is an alarm, one coil that is its siren, on device `plc`. JSON is YAML. */
export function benchSite({ port, pollEveryMs, points = [], devices = [], uplink, trigger }: BenchSite): string {
  const siren = {
    id: "siren",
    ...named("警笛", "Siren"),
    table: "coil",
    address: 0,
    type: { kind: "bool" },
    pollGroup: "all",
    writable: { min: 0, max: 1, isHazardous: false },
  };
  const profile = {
    id: "bench",
    ...named("测量", "Measurement"),
    isVerified: false,
    source: "the device beside this file",
    pollGroups: { all: { everyMs: pollEveryMs } },
    points: [...points, siren],
  };
  const plc = {
    id: "plc",
    adapter: "modbus",
    ...named("设备", "Device"),
    link: "line",
    settings: { unitId: 1, profile },
  };
  const rule = { id: "event", kind: "equals", ...trigger, value: 1, priority: "critical", actions: ["siren"] };
  return JSON.stringify({
    version: 1,
    site: { id: "bench", ...named("测量", "Measurement") },
    gateway: { id: "bench" },
    ...(uplink === undefined ? {} : { uplink: { url: uplink } }),
    statusPage: { host: "127.0.0.1", port: 0 },
    links: [{ id: "line", kind: "tcp", host: "127.0.0.1", port }],
    devices: [plc, ...devices],
    rules: [{ ...rule, message: { zh: "事件", en: "Event" } }],
    actions: [{ id: "siren", kind: "hold-point", device: "plc", point: "siren", active: 1, idle: 0 }],
  });
}

/** The alarm is a bit of the same device, asked for as often as a device is. */
export function polledBenchSite(port: number): string {
  const event = {
    id: "event",
    ...named("事件", "Event"),
    table: "discrete-input",
    address: 0,
    type: { kind: "bool" },
    pollGroup: "all",
  };
  return benchSite({ port, pollEveryMs: 50, points: [event], trigger: { device: "plc", point: "event" } });
}
