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
import type { ChargePointOptions } from "./charge-point-options.ts";
import { startChargePoint } from "./charge-point.ts";

const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
let directory: string;
const file = (name: string): string => join(directory, name);
const read = async (name: string): Promise<string> => await readFile(file(name), "utf8");

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-ocpp-tls-"));
  for (const name of ["gateway", "CP-1", "stranger"]) {
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
});
