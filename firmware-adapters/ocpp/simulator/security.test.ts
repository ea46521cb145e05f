import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { eventually, fakeDeps } from "../../testing/fake-deps.ts";
import { ocpp } from "../adapter.ts";
import { chargingSite } from "../site/adapter.ts";
import { signStation } from "../site/station-authority.ts";
import type { ChargePointOptions } from "./charge-point-options.ts";
import { startChargePoint } from "./charge-point.ts";

const never = new AbortController().signal;
const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
let directory: string;
const file = (name: string): string => join(directory, name);
const read = async (name: string): Promise<string> => await readFile(file(name), "utf8");

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-ocpp-tls-"));
  for (const name of ["gateway", "CP-1", "stranger", "authority"]) {
    const files = ["-keyout", file(`${name}.key`), "-out", file(`${name}.crt`)];
    const of = ["-subj", `/O=Operator/CN=${name}`, "-addext", "subjectAltName=IP:127.0.0.1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    execFileSync("openssl", ["req", "-x509", ...curve, ...files, ...of], { stdio: "ignore" });
  }
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** A charge point of that security profile on a port with TLS. */
async function secured(settings: object, clientCa?: string) {
  await using stack = new AsyncDisposableStack();
  const tls = { certFile: file("gateway.crt"), keyFile: file("gateway.key") };
  const link = stack.use(
    openLink(
      {
        id: "csms",
        kind: "listener",
        transport: "tcp",
        host: "127.0.0.1",
        port: 0,
        maxPeers: 8,
        idleMs: 60_000,
        tls: clientCa === undefined ? tls : { ...tls, clientCaFile: file(clientCa) },
      },
      { clock: systemClock, log: silentLog },
    ),
  );
  const deps = fakeDeps({ link });
  const device = ocpp.configure("pile", { identity: "CP-1", connectors: [{ id: 1 }], ...settings });
  stack.use(await device.open(deps, AbortSignal.timeout(10_000)));
  const port = await eventually("the port", () => link.port);
  const url = `wss://127.0.0.1:${port}/ocpp`;
  const opened = stack.move();
  /** Lets a charge point call. @returns whether it was let in within its first tries. */
  const isLetIn = async (options: Pick<ChargePointOptions, "key" | "tls">): Promise<boolean> => {
    await using station = startChargePoint(
      { url, identity: "CP-1", version: "ocpp1.6", reconnectMs: 50, ...options },
      { clock: systemClock, log: silentLog },
    );
    return await eventually("an answer", () => {
      if (station.isAccepted) return "in";
      return /"refusals":[3-9]/.test(JSON.stringify(station.state())) && "refused";
    }).then((answer) => answer === "in");
  };
  return { isLetIn, [Symbol.asyncDispose]: () => opened.disposeAsync() };
}

describe("security profiles with TLS", () => {
  it("2: password over TLS; the station checks the gateway's certificate, the gateway the password (TC_085, TC_086)", async () => {
    await using here = await secured({ securityProfile: 2, authorizationKey: KEY });
    const ca = await read("gateway.crt");
    expect(await here.isLetIn({ key: KEY, tls: { ca } })).toBe(true);
    expect(await here.isLetIn({ key: "another key of it", tls: { ca } })).toBe(false);
    expect(await here.isLetIn({ tls: { ca } })).toBe(false);
    expect(await here.isLetIn({ key: KEY, tls: { ca: await read("stranger.crt") } })).toBe(false);
  });

  it("3: a certificate of the station's own, with its name (TC_087)", async () => {
    await using here = await secured({ securityProfile: 3 }, "CP-1.crt");
    const ca = await read("gateway.crt");
    const own = async (name: string) => ({ ca, cert: await read(`${name}.crt`), key: await read(`${name}.key`) });
    expect(await here.isLetIn({ tls: await own("CP-1") })).toBe(true);
    expect(await here.isLetIn({ tls: await own("stranger") })).toBe(false);
    expect(await here.isLetIn({ key: KEY, tls: { ca } })).toBe(false);
  });

  it("3: a certificate of somebody else that the same authority trusts is refused", async () => {
    await using here = await secured({ securityProfile: 3 }, "stranger.crt");
    const tls = { ca: await read("gateway.crt"), cert: await read("stranger.crt"), key: await read("stranger.key") };
    expect(await here.isLetIn({ tls })).toBe(false);
  });

  it("2, raised from 1 (TC_083, A05): the station comes by the other port, its old door is shut, and never lowered", async () => {
    await using stack = new AsyncDisposableStack();
    const clock = systemClock;
    const listen = async (tls?: object) => {
      const where = { id: "csms", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0 } as const;
      const link = stack.use(openLink({ ...where, maxPeers: 8, idleMs: 60_000, ...tls }, { clock, log: silentLog }));
      return link;
    };
    const plain = await listen();
    const secure = await listen({ tls: { certFile: file("gateway.crt"), keyFile: file("gateway.key") } });
    const pile = { identity: "CP-1", connectors: [{ id: 1 }], versions: ["ocpp1.6"], authorizationKey: KEY };
    const open = AbortSignal.timeout(10_000);
    const before = fakeDeps({ link: plain });
    const device = await ocpp.configure("pile", { ...pile, securityProfile: 1 }).open(before, open);
    // Somebody else keeps the new port open until the site file is changed.
    const other = { identity: "CP-2", securityProfile: 2, authorizationKey: KEY, connectors: [{ id: 1 }] };
    stack.use(await ocpp.configure("other", other).open(fakeDeps({ link: secure }), open));
    const [plainPort, securePort] = await eventually("the ports", () =>
      plain.port === undefined || secure.port === undefined ? undefined : [plain.port, secure.port],
    );
    const station = stack.use(
      startChargePoint(
        {
          url: `ws://127.0.0.1:${plainPort}`,
          secureUrl: `wss://127.0.0.1:${securePort}`,
          secureTls: { ca: await read("gateway.crt") },
          identity: "CP-1",
          version: "ocpp1.6",
          key: KEY,
          reconnectMs: 50,
        },
        { clock, log: silentLog },
      ),
    );
    await eventually("the first call", () => station.isAccepted);
    const set = async (value: string) =>
      await device.execute(
        { kind: "call", methodId: "set-configuration", arguments: { key: "SecurityProfile", value }, actor: "ann" },
        never,
      );
    expect(await set("1")).toMatchObject({ kind: "refused", detail: expect.stringContaining("never lowered") });
    expect(await set("0")).toMatchObject({ kind: "refused" });
    expect(await set("2")).toMatchObject({ kind: "done" });
    await eventually("its leaving", () => !station.isConnected);
    // The site file is changed to the other port and profile.
    await device[Symbol.asyncDispose]();
    const after = before.restarted(secure);
    stack.use(await ocpp.configure("pile", { ...pile, securityProfile: 2 }).open(after, open));
    await eventually("its call by the other port", () => station.isAccepted && after.lastStatus()?.state === "online");
  });

  it("3, renewed (TC_074, A02): the station calls with the certificate that the site has signed for it", async () => {
    await using stack = new AsyncDisposableStack();
    const authority = { certFile: file("authority.crt"), keyFile: file("authority.key"), validDays: 1 };
    const tls = { certFile: file("gateway.crt"), keyFile: file("gateway.key"), clientCaFile: file("authority.crt") };
    const where = { id: "csms", kind: "listener", transport: "tcp", host: "127.0.0.1", port: 0 } as const;
    const link = stack.use(
      openLink({ ...where, maxPeers: 8, idleMs: 60_000, tls }, { clock: systemClock, log: silentLog }),
    );
    const open = AbortSignal.timeout(10_000);
    const site = {
      supply: { limitA: { L1: 40, L2: 40, L3: 40 } },
      members: [{ station: "CP-1", connector: 1 }],
      authority,
    };
    stack.use(await chargingSite.configure("site", site).open(fakeDeps({ link }), open));
    const deps = fakeDeps({ link });
    const pile = { identity: "CP-1", securityProfile: 3, connectors: [{ id: 1 }] };
    const device = stack.use(await ocpp.configure("pile", pile).open(deps, open));
    const request = ["-keyout", file("old.key"), "-out", file("old.csr"), "-subj", "/O=Operator/CN=CP-1"];
    const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    execFileSync("openssl", ["req", ...curve, ...request], { stdio: "ignore" });
    const names = { commonName: "CP-1", nowMs: Date.now() };
    const old = await signStation(authority, await read("old.csr"), names);
    await expect(signStation(authority, await read("old.csr"), { ...names, commonName: "CP-2" })).rejects.toThrow(
      "CP-2",
    );
    const port = await eventually("the port", () => link.port);
    const station = stack.use(
      startChargePoint(
        {
          url: `wss://127.0.0.1:${port}`,
          tls: { ca: await read("gateway.crt"), cert: old, key: await read("old.key") },
          identity: "CP-1",
          version: "ocpp2.0.1",
          reconnectMs: 50,
        },
        { clock: systemClock, log: silentLog },
      ),
    );
    await eventually("the first call", () => station.isAccepted);
    const order = { kind: "call", methodId: "renew-certificate", arguments: {}, actor: "ann" } as const;
    expect(await device.execute(order, never)).toMatchObject({ kind: "done" });
    await eventually("its call with the new one", () => {
      return /"connects":2/.test(JSON.stringify(station.state())) && station.isAccepted;
    });
    const signed = deps.events.find((event) => event.kind === "occurrence" && event.name === "certificate-signed");
    expect(signed).toMatchObject({ details: { outcome: "done" } });
  });
});
