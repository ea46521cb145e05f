import { name } from "@outpost/wire/identifiers.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import type { ApiDeps } from "../deps.ts";
import { ApiError, found } from "../problems.ts";
import { readDevices, readGatewayDetail, readGateways } from "../reading/gateways.ts";
import { readHistory, readPoints } from "../reading/points.ts";
import { device, gatewayDetail, gatewaySummary, historyQuery, pointHistory, pointLatest } from "../schemas.ts";

const tags = ["gateways"];
const pointParams = z.object({ gateway: name, device: name, point: z.string().min(1).max(128) });

/** Gateways, their devices, their points: how they are now and how they were. */
export const gatewayRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps: { pool } }) => {
  app.get("/gateways", {
    schema: { tags, summary: "All gateways", response: { 200: z.array(gatewaySummary) } },
    handler: async () => await readGateways(pool),
  });

  app.get("/gateways/:gateway", {
    schema: {
      tags,
      summary: "One gateway with what it reports",
      params: z.object({ gateway: name }),
      response: { 200: gatewayDetail },
    },
    handler: async ({ params: { gateway } }) =>
      found(await readGatewayDetail(pool, gateway), "gateway/unknown", `no gateway has the id "${gateway}"`),
  });

  app.get("/gateways/:gateway/devices", {
    schema: {
      tags,
      summary: "The devices of a gateway",
      params: z.object({ gateway: name }),
      response: { 200: z.array(device) },
    },
    handler: async ({ params: { gateway } }) =>
      found(await readDevices(pool, gateway), "gateway/unknown", `no gateway has the id "${gateway}"`),
  });

  app.get("/devices/:gateway/:device/points", {
    schema: {
      tags,
      summary: "The points of a device with their newest readings",
      params: pointParams.omit({ point: true }),
      response: { 200: z.array(pointLatest) },
    },
    handler: async ({ params: { gateway, device: id } }) =>
      found(await readPoints(pool, gateway, id), "device/unknown", `the gateway "${gateway}" has no device "${id}"`),
  });

  app.get("/points/:gateway/:device/:point/history", {
    schema: {
      tags,
      summary: "A point's readings over time, in buckets of equal width",
      params: pointParams,
      querystring: historyQuery,
      response: { 200: pointHistory },
    },
    handler: async ({ params, query }) => {
      if (query.toMs <= query.fromMs) throw new ApiError("api/bad-request", "toMs must be later than fromMs");
      const { gateway: gatewayId, device: deviceId, point: pointId } = params;
      const history = await readHistory(pool, { gatewayId, deviceId, pointId, ...query });
      return found(history, "point/unknown", `the device "${deviceId}" has no point "${pointId}"`);
    },
  });
};
