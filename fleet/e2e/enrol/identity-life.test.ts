import { spawnSync } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { certificate, decommissionSent, enrolmentRequest, type Certificate } from "../../api/enrolment-schemas.ts";
import { gatewaySummary } from "../../api/schemas.ts";
import { startProgram } from "../../demo/child-process.ts";
import { startDemo, type Demo } from "../../demo/demo.ts";
import { freeDemoPorts } from "../../demo/ports.ts";
import { pressReset, readSiren, tripPump } from "../pump-panel.ts";
import { firstThat } from "../sightings.ts";

const GATEWAY_ID = "gateway-clock";
const WITHIN_MS = 150_000;

let directory = "";
let demo: Demo;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-identity-"));
  await chmod(directory, 0o755);
  demo = await startDemo({
    stateDirectory: directory,
    ports: await freeDemoPorts(),
    simulators: ["pump-station"],
    site: {
      template: new URL("../clock/site.yaml", import.meta.url),
      gatewayId: GATEWAY_ID,
      values: { ON_DELAY_MS: "0" },
    },
    fleetEnv: { OUTPOST_LOG_LEVEL: "error" },
  });
});
afterAll(async () => {
  await demo[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

async function get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
  return schema.parse(await (await fetch(demo.httpUrl + path)).json());
}

async function post(path: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(demo.httpUrl + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
  return await answer.json();
}

async function eventually(look: () => Promise<boolean>): Promise<void> {
  try {
    await firstThat(look, AbortSignal.timeout(WITHIN_MS));
  } catch (error) {
    throw new Error(demo.gateway.logTail(), { cause: error });
  }
}

const certificates = async (): Promise<Certificate[]> =>
  await get(certificate.array(), `/api/certificates?gateway=${GATEWAY_ID}`);

const requests = async () => await get(enrolmentRequest.array(), "/api/enrolment-requests");

async function isOnline(): Promise<boolean> {
  const all = await get(gatewaySummary.array(), "/api/gateways");
  return all.some((one) => one.id === GATEWAY_ID && one.state === "online");
}

async function isLive(): Promise<boolean> {
  return (await (await fetch(`${demo.statusUrl}/metrics`)).text()).includes('outpost_uplink_phase{phase="live"} 1');
}

async function pageSays(words: string): Promise<boolean> {
  return (await (await fetch(`${demo.statusUrl}/?lang=en`)).text()).includes(words);
}

/** A fault at the station: the siren must sound and fall silent whatever the fleet thinks of us. */
async function expectSiteGuarded(): Promise<void> {
  await tripPump(demo.controlUrl("pump-station"));
  await eventually(async () => (await readSiren(demo.controlUrl("pump-station"))).isOn);
  await pressReset(demo.options.ports.simulators.get("pump-station")?.device ?? 0);
  await eventually(async () => !(await readSiren(demo.controlUrl("pump-station"))).isOn);
}

describe("a gateway and its fleet, both as they are shipped", () => {
  it(
    "come together by a code, over certificates alone; the key is the gateway's only and only its account reads it",
    async () => {
      await eventually(async () => (await isOnline()) && (await isLive()));
      expect((await certificates()).map((one) => one.reason)).toEqual(["claim"]);
      const folder = join(directory, "gateway", "identity");
      expect(await readdir(folder)).toEqual(["identity.json"]);
      expect((await stat(join(folder, "identity.json"))).mode & 0o777).toBe(0o600);
      const { stdout } = spawnSync("grep", ["-rlE", "PRIVATE KEY", join(directory, "fleet", "postgres", "data")], {
        encoding: "utf8",
      });
      expect(stdout).toBe("");
    },
    WITHIN_MS,
  );

  it(
    "part when the certificate is revoked: the site is guarded and says so, and comes back when the desk lets it in",
    async () => {
      await post(`/api/gateways/${GATEWAY_ID}/revoke`, { by: "wang", reason: "a mistake" });
      await eventually(async () => !(await isLive()));
      await expectSiteGuarded();
      await eventually(async () => await pageSays("The fleet refuses this gateway"));
      await eventually(async () => (await requests()).some((one) => one.state === "pending"));
      await expectSiteGuarded();
      const [waiting] = await requests();
      await post(`/api/enrolment-requests/${waiting?.id}/approve`, { by: "li" });
      await eventually(async () => (await isOnline()) && (await isLive()));
      expect((await certificates()).map((one) => one.reason)).toEqual(["approval", "claim"]);
    },
    2 * WITHIN_MS,
  );

  it(
    "end it by a signed order, which the journal has and which a new start respects",
    async () => {
      const order = { by: "wang", reason: "the station is torn down", gatewayId: GATEWAY_ID };
      const { orderId } = decommissionSent.parse(await post(`/api/gateways/${GATEWAY_ID}/decommission`, order));
      await demo.gateway.ended;
      const kept = z.looseObject({ orderId: z.string() });
      const file = join(directory, "gateway", "identity", "decommissioned.json");
      expect(kept.parse(JSON.parse(await readFile(file, "utf8"))).orderId).toBe(orderId);
      const again = startProgram({
        name: "gateway",
        script: "edge/main.ts",
        args: ["run", "--site", join(directory, "site.yaml"), "--state", join(directory, "gateway")],
      });
      await expect(again).rejects.toThrow(/decommissioned by wang: the station is torn down/);
    },
    WITHIN_MS,
  );
});
