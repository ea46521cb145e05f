import { name } from "@outpost/wire/identifiers.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { listCertificates } from "../../enrol/certificates/certificate-rows.ts";
import { orderDecommission } from "../../enrol/documents/order-decommission.ts";
import { decideRequest, listRequests } from "../../enrol/requests.ts";
import type { ApiDeps } from "../deps.ts";
import {
  certificate,
  decisionBody,
  decommissionBody,
  decommissionSent,
  enrolmentRequest,
  revokeBody,
} from "../enrolment-schemas.ts";
import { ApiError, found } from "../problems.ts";

const tags = ["enrolment"];
const idParams = z.object({ id: z.string().regex(/^[0-9a-f]{16}$/) });
const gatewayParams = z.object({ gateway: name });
const NOBODY = "this fleet has no authority for gateways; it was started without --https";

/** Certificates of gateways, those that wait for a person's word, and the end of a gateway's work. */
export const enrolmentRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { pool, enrol } = deps;
  const authority = () => found(enrol, "enrol/unavailable", NOBODY);

  app.get("/certificates", {
    schema: {
      tags,
      summary: "The certificates of one gateway or of all, the newest first",
      querystring: z.object({ gateway: name.optional() }),
      response: { 200: z.array(certificate) },
    },
    handler: async ({ query }) => await listCertificates(pool, query.gateway),
  });

  app.post("/gateways/:gateway/revoke", {
    schema: {
      tags,
      summary: "Revoke every certificate of a gateway, and let go whoever is connected with one",
      params: gatewayParams,
      body: revokeBody,
      response: { 200: z.array(name) },
    },
    handler: async ({ params, body }) => {
      const gateways = await authority().enrolment.revoke({ gatewayId: params.gateway }, body);
      if (gateways.length === 0) throw new ApiError("certificate/unknown", "it has no certificate that is still good");
      return [...gateways];
    },
  });

  app.get("/enrolment-requests", {
    schema: { tags, summary: "Gateways that wait for a person's word", response: { 200: z.array(enrolmentRequest) } },
    handler: async () => await listRequests(pool),
  });

  for (const [verb, state] of [
    ["approve", "approved"],
    ["refuse", "refused"],
  ] as const) {
    app.post(`/enrolment-requests/:id/${verb}`, {
      schema: {
        tags,
        summary: `${verb === "approve" ? "Let a gateway in again" : "Refuse a gateway"}; it asks by itself`,
        params: idParams,
        body: decisionBody,
        response: { 200: enrolmentRequest },
      },
      handler: async ({ params, body }) =>
        found(await decideRequest(pool, params.id, { state, by: body.by }), "request/unknown", "no such request waits"),
    });
  }

  app.post("/gateways/:gateway/decommission", {
    schema: {
      tags,
      summary: "End a gateway's work by a signed order, in its live session or not at all; gatewayId says it twice",
      params: gatewayParams,
      body: decommissionBody,
      response: { 200: decommissionSent },
    },
    handler: async ({ params, body }) => {
      if (params.gateway !== body.gatewayId)
        throw new ApiError("api/bad-request", "gatewayId: another than the path's");
      const order = { gatewayId: params.gateway, orderedBy: body.by, reason: body.reason };
      const sent = await orderDecommission(order, {
        pool,
        enrolment: authority().enrolment,
        publish: deps.bus.publish,
      });
      if (sent.kind === "sent") return { orderId: sent.orderId };
      if (sent.kind === "unknown-gateway") throw new ApiError("gateway/unknown", "there is no such gateway");
      throw new ApiError("command/gateway-offline", "the gateway is offline; orders are not kept for later");
    },
  });
};
