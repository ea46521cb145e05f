import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { silentLog } from "@outpost/kernel/log.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openTimekeeper, type Timekeeper } from "../../timekeeping/timekeeper.ts";
import { parseResolvConf, parseRoutes4, parseRoutes6 } from "./network-files.ts";
import { lookAtNetwork, type NetworkPlaces } from "./network.ts";

const ROUTES = `Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
wwan0\t00000000\t01000A0A\t0003\t0\t0\t700\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
eth9\t0002A8C0\t00000000\t0000\t0\t0\t100\t00FFFFFF\t0\t0\t0
`;
const ROUTES6 =
  "00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000000 00000000 00000003     eth0\n" +
  "fe800000000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000000 00000000 00000001     eth0\n" +
  "00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n";

describe("the kernel's files", () => {
  it("give routes with their metrics, those that are down left out", () => {
    expect(parseRoutes4(ROUTES)).toEqual([
      { to: "default", via: "192.168.1.1", device: "eth0", metric: 100 },
      { to: "default", via: "10.10.0.1", device: "wwan0", metric: 700 },
      { to: "192.168.1.0/24", via: null, device: "eth0", metric: 100 },
    ]);
    expect(parseRoutes6(ROUTES6)).toEqual([{ to: "default", via: "fe80::1", device: "eth0", metric: 1_024 }]);
  });

  it.each(["", "\n\n", "x", "a b c d e f g h i j k\n".repeat(5), "\0".repeat(1_000)])("bear nonsense: %j", (text) => {
    expect(parseRoutes4(text).length).toBeLessThanOrEqual(4);
    expect(parseRoutes6(text)).toEqual([]);
    expect(parseResolvConf(text)).toEqual([]);
  });

  it("give name servers", () => {
    expect(parseResolvConf("# no\nnameserver 10.0.0.1\n nameserver fe80::1%eth0\nsearch x\n")).toEqual([
      "10.0.0.1",
      "fe80::1%eth0",
    ]);
  });
});

describe("a look at the network", () => {
  let directory: string;
  let clock: Timekeeper;
  let places: NetworkPlaces;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "outpost-network-"));
    const statePath = join(directory, "time-floor.json");
    clock = await openTimekeeper({
      statePath,
      buildTimeMs: 0,
      bootId: "b",
      log: silentLog,
      syncMarkerPath: "/nowhere",
    });
    places = {
      routes4: join(directory, "route"),
      routes6: join(directory, "route6"),
      resolvConf: join(directory, "resolv.conf"),
      env: { HTTPS_PROXY: "http://li:secret@proxy.example:3128" },
    };
    await writeFile(places.routes4, ROUTES);
  });
  afterAll(async () => {
    await clock[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });
  const look = (url: string | undefined) => lookAtNetwork(clock, url, new AbortController().signal, places);

  it("says that a second way out takes over, by its metric", async () => {
    const { checks } = await look(undefined);
    expect(checks).toContainEqual({ what: "fail-over", verdict: "good", detail: "eth0 100 → wwan0 700" });
    expect(checks).toContainEqual({ what: "uplink", verdict: "none", detail: "" });
  });

  it("shows a proxy without its password", async () => {
    expect((await look(undefined)).proxy).toEqual([{ name: "HTTPS_PROXY", value: "http://…@proxy.example:3128" }]);
  });

  it("reaches the uplink, or says why not", async () => {
    const server = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    const at = server.address();
    const port = typeof at === "object" && at !== null ? at.port : 0;
    const verdict = async (): Promise<string | undefined> =>
      (await look(`mqtt://127.0.0.1:${port}`)).checks.find(({ what }) => what === "uplink")?.verdict;
    expect(await verdict()).toBe("good");
    await new Promise((resolve) => {
      server.close(resolve);
    });
    expect(await verdict()).toBe("bad");
  });

  it("says that a name is not known", async () => {
    const { checks } = await look("mqtts://no-such-name.invalid");
    expect(checks.find(({ what }) => what === "dns")?.verdict).toBe("bad");
  });
});
