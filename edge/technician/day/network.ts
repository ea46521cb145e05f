import { lookup } from "node:dns/promises";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { hostname, networkInterfaces } from "node:os";

import type { Timekeeper } from "../../timekeeping/timekeeper.ts";
import type { CheckView, NetworkView } from "../server/views.ts";
import { parseResolvConf, parseRoutes4, parseRoutes6 } from "./network-files.ts";

const TRY_MS = 5_000;
const PROXY_NAMES = ["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY", "ALL_PROXY"] as const;

/** Where the machine says how it is connected; its own places unless a test says otherwise. */
export interface NetworkPlaces {
  readonly routes4: string;
  readonly routes6: string;
  readonly resolvConf: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const MACHINE: NetworkPlaces = {
  routes4: "/proc/net/route",
  routes6: "/proc/net/ipv6_route",
  resolvConf: "/etc/resolv.conf",
  env: process.env,
};

/**
 * How this machine is connected and what of it works: read and tried, never changed.
 *
 * @param uplinkUrl  the site's uplink, undefined where it has none.
 */
export async function lookAtNetwork(
  clock: Timekeeper,
  uplinkUrl: string | undefined,
  signal: AbortSignal,
  places: NetworkPlaces = MACHINE,
): Promise<NetworkView> {
  const [routes4, routes6, resolv] = await Promise.all(
    [places.routes4, places.routes6, places.resolvConf].map((file) => readFile(file, "utf8").catch(() => "")),
  );
  const interfaces = interfacesOf();
  const routes = [...parseRoutes4(routes4 ?? ""), ...parseRoutes6(routes6 ?? "")];
  const dnsServers = parseResolvConf(resolv ?? "");
  const now = clock.now();
  const defaults = routes.filter(({ to }) => to === "default");
  const addresses = interfaces.flatMap(({ name, addresses: all }) => (name === "lo" ? [] : all));
  const checks: CheckView[] = [
    { what: "address", verdict: addresses.length > 0 ? "good" : "bad", detail: addresses.slice(0, 4).join(", ") },
    {
      what: "default-route",
      verdict: defaults.length > 0 ? "good" : "doubtful",
      detail: defaults.map(({ via, device, metric }) => `${device} ${via ?? ""} (${metric})`).join(", "),
    },
    failOver(defaults),
    ...(await uplinkChecks(uplinkUrl, signal)),
    { what: "clock", verdict: clockVerdict(now.confidence), detail: now.confidence },
  ];
  return {
    hostname: hostname(),
    interfaces,
    routes,
    dnsServers,
    proxy: proxiesOf(places.env),
    checks,
    clock: {
      nowMs: now.wallMs,
      confidence: now.confidence,
      floorMs: clock.status().floorMs,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    },
  };
}

function interfacesOf(): NetworkView["interfaces"] {
  return Object.entries(networkInterfaces()).map(([name, all = []]) => ({
    name,
    mac: all[0]?.mac ?? "",
    addresses: all.map(({ cidr, address }) => cidr ?? address),
    isUp: all.length > 0,
  }));
}

/** Two ways out with different metrics: the smaller one is used, the other takes over. */
function failOver(defaults: NetworkView["routes"]): CheckView {
  const devices = new Set(defaults.map(({ device }) => device));
  if (devices.size < 2) return { what: "fail-over", verdict: "none", detail: [...devices].join() };
  const metrics = defaults.map(({ metric }) => metric);
  const isOrdered = new Set(metrics).size === metrics.length;
  const order = defaults.toSorted((a, b) => a.metric - b.metric).map(({ device, metric }) => `${device} ${metric}`);
  return { what: "fail-over", verdict: isOrdered ? "good" : "doubtful", detail: order.join(" → ") };
}

async function uplinkChecks(url: string | undefined, signal: AbortSignal): Promise<CheckView[]> {
  if (url === undefined) {
    return (["dns", "uplink"] as const).map((what) => ({ what, verdict: "none", detail: "" }));
  }
  const { hostname: host, port, protocol } = new URL(url);
  const usual = protocol === "mqtts:" ? 8_883 : 1_883;
  const name = host.replaceAll(/^\[|\]$/g, "");
  const dns = await tried("dns", async () =>
    (await lookup(name, { all: true })).map(({ address }) => address).join(", "),
  );
  if (dns.verdict === "bad") return [dns, { what: "uplink", verdict: "bad", detail: host }];
  return [dns, await tried("uplink", () => reach(name, port === "" ? usual : Number(port), signal))];
}

async function tried(what: CheckView["what"], look: () => Promise<string>): Promise<CheckView> {
  const timeUp = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(() => reject(new Error(`no answer within ${TRY_MS / 1_000} s`)), TRY_MS);
    timeUp.signal.addEventListener("abort", () => clearTimeout(timer));
  });
  try {
    return { what, verdict: "good", detail: await Promise.race([look(), late]) };
  } catch (error) {
    return { what, verdict: "bad", detail: error instanceof Error ? error.message : String(error) };
  } finally {
    timeUp.abort();
  }
}

function reach(host: string, port: number, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const socket = connect({ host, port, signal });
    socket.setTimeout(TRY_MS, () => socket.destroy(new Error(`no answer within ${TRY_MS / 1_000} s`)));
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.destroy();
      resolve(`${host}:${port}, ${Math.round(performance.now() - began)} ms`);
    });
  });
}

/** What stands in front of an "@" is nobody's business. */
function proxiesOf(env: NetworkPlaces["env"]): NetworkView["proxy"] {
  return PROXY_NAMES.flatMap((name) => {
    const value = env[name] ?? env[name.toLowerCase()];
    return value === undefined || value === "" ? [] : [{ name, value: value.replace(/\/\/[^/@]*@/, "//…@") }];
  });
}

function clockVerdict(confidence: NetworkView["clock"]["confidence"]): CheckView["verdict"] {
  if (confidence === "confirmed") return "good";
  return confidence === "plausible" ? "doubtful" : "bad";
}
