import { formatClaimQr, parseClaimText } from "@outpost/wire/claim-code.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { listClaims, makeClaim, revokeClaim } from "../../enrol/claims/claim-rows.ts";
import type { ApiDeps } from "../deps.ts";
import { claim, claimBody, claimMade } from "../enrolment-schemas.ts";
import { ApiError, found } from "../problems.ts";

const tags = ["enrolment"];
const idParams = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) });
const NOBODY = "this fleet has no authority for gateways; it was started without --https";

/** One-time codes that make a box a gateway of this fleet. */
export const claimRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { pool, enrol } = deps;
  const authority = () => found(enrol, "enrol/unavailable", NOBODY);

  app.post("/claims", {
    schema: { tags, summary: "Make a claim code; it is shown once", body: claimBody, response: { 200: claimMade } },
    handler: async ({ body }) => {
      const { enrolment, fleetUrl } = authority();
      if ((body.maxUses ?? 1) > body.lines.length) throw new ApiError("api/bad-request", "maxUses: more than lines");
      const expiresAtMs = Date.now() + body.forMs;
      const made = await makeClaim(pool, { ...body, expiresAtMs }, Buffer.from(enrolment.authority.root.rawData));
      const code = parseClaimText(made.code)?.code;
      return { ...made, qr: code === undefined ? "" : formatClaimQr(code, fleetUrl), fleetUrl, expiresAtMs };
    },
  });

  app.get("/claims", {
    schema: { tags, summary: "Claim codes without their secrets, the newest first", response: { 200: z.array(claim) } },
    handler: async () => (await listClaims(pool)).map((row) => ({ ...row, lines: [...row.lines] })),
  });

  app.post("/claims/:id/revoke", {
    schema: { tags, summary: "Withdraw a claim code", params: idParams, response: { 200: idParams } },
    handler: async ({ params }) => {
      if (!(await revokeClaim(pool, params.id))) throw new ApiError("claim/unknown", "no such code is still good");
      return params;
    },
  });
};
