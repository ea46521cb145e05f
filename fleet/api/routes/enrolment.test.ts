import { parseClaimText } from "@outpost/wire/claim-code.ts";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { z } from "zod";

import { until } from "../../broker/testing/until.ts";
import { Box, certificateOf, makeKey } from "../../enrol/testing/box.ts";
import { PASSPHRASE } from "../../enrol/testing/rig.ts";
import type { Fleet } from "../../fleet.ts";
import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { certificate, claim, claimMade, enrolmentRequest } from "../enrolment-schemas.ts";
import { openTestFleet } from "../testing/fleet.ts";

const ANYWHERE = { host: "127.0.0.1", port: 0 };

let server: TestPostgres;
let fleet: Fleet;
beforeAll(async () => {
  server = await startTestPostgres();
  const passphrase = { passphrase: PASSPHRASE, file: undefined };
  const enrol = {
    https: ANYWHERE,
    mqtts: ANYWHERE,
    publicHosts: [],
    brokerUrl: undefined,
    foreign: undefined,
    passphrase,
  };
  fleet = await openTestFleet(await server.createDatabase(), { enrol });
});
afterAll(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function ask<T>(schema: z.ZodType<T>, path: string, body?: object): Promise<T> {
  const post = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(fleet.http + path, body === undefined ? {} : post);
  return schema.parse(await answer.json());
}

async function refusal(path: string, body: object): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(fleet.http + path, { method: "POST", headers, body: JSON.stringify(body) });
  const problem: unknown = await answer.json();
  return typeof problem === "object" && problem !== null && "code" in problem ? problem.code : problem;
}

it("makes a code with its square, shows what became of it, revokes the certificate, and lets the gateway in again", async () => {
  const made = await ask(claimMade, "/api/claims", { madeBy: "wang", lines: [{ gatewayId: "gw-desk" }] });
  expect(parseClaimText(made.qr)?.fleetUrl).toBe(fleet.https);
  expect(parseClaimText(made.qr)?.code).toEqual(parseClaimText(made.code)?.code);
  const port = Number(new URL(made.fleetUrl).port);
  const first = new Box(port, "");
  const roots = await first.ask("/.well-known/est/cacerts", { rejectUnauthorized: false });
  const box = new Box(port, certificateOf(roots));
  const identity = await box.claim(made.code, "gw-desk");
  expect(await ask(claim.array(), "/api/claims")).toMatchObject([{ id: made.id, useCount: 1, madeBy: "wang" }]);
  expect(await ask(certificate.array(), "/api/certificates?gateway=gw-desk")).toMatchObject([{ reason: "claim" }]);

  expect(await ask(claim.shape.id.array(), "/api/gateways/gw-desk/revoke", { by: "li", reason: "stolen" })).toEqual([
    "gw-desk",
  ]);
  const next = await makeKey("gw-desk");
  expect((await box.renew(identity, next.csr)).status).toBe(202);
  const [waiting] = await ask(enrolmentRequest.array(), "/api/enrolment-requests");
  await ask(enrolmentRequest, `/api/enrolment-requests/${waiting?.id}/approve`, { by: "li" });
  const again = await until(async () => {
    const answer = await box.renew(identity, next.csr);
    return answer.status === 200 ? answer : undefined;
  }, "the gateway was let in again");
  expect(again.status).toBe(200);
});

it("refuses with a code what is over, unknown or impossible", async () => {
  const made = await ask(claimMade, "/api/claims", { madeBy: "wang", lines: [{}] });
  expect(await refusal("/api/claims", { madeBy: "wang", lines: [] })).toBe("api/bad-request");
  expect(await refusal("/api/claims", { madeBy: "wang", lines: [{ gatewayId: "../x" }] })).toBe("api/bad-request");
  expect(await refusal("/api/claims", { madeBy: "wang", lines: [{}], maxUses: 2 })).toBe("api/bad-request");
  expect(await refusal(`/api/claims/${made.id}/revoke`, {})).toEqual({ id: made.id });
  expect(await refusal(`/api/claims/${made.id}/revoke`, {})).toBe("claim/unknown");
  expect(await refusal("/api/gateways/nobody/revoke", { by: "li", reason: "x" })).toBe("certificate/unknown");
  expect(await refusal(`/api/enrolment-requests/${"0".repeat(16)}/refuse`, { by: "li" })).toBe("request/unknown");
  const end = { by: "li", reason: "x", gatewayId: "nobody" };
  expect(await refusal("/api/gateways/nobody/decommission", end)).toBe("gateway/unknown");
  expect(await refusal("/api/gateways/other/decommission", end)).toBe("api/bad-request");
});

it("says that a fleet without an authority makes no codes, and that a plain broker is for this machine only", async () => {
  await using plain = await openTestFleet(await server.createDatabase());
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ madeBy: "wang", lines: [{}] });
  const answer = await fetch(`${plain.http}/api/claims`, { method: "POST", headers, body });
  expect(answer.status).toBe(404);
  const open = { mqtt: { host: "0.0.0.0", port: 0 } };
  await expect(openTestFleet(await server.createDatabase(), open)).rejects.toThrow(/on this machine only/);
});
