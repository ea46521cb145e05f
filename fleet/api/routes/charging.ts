import { Readable } from "node:stream";

import { name } from "@outpost/wire/identifiers.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { countTransactions, exportTransactions, MAX_EXPORTED } from "../../charging/export/export-transactions.ts";
import { isZone } from "../../charging/export/site-time.ts";
import { readTransaction } from "../../charging/reading/course.ts";
import { readSiteZone, readTotals, type BoundedFilter } from "../../charging/reading/totals.ts";
import { listTransactions } from "../../charging/reading/transactions.ts";
import { DAY_MS } from "../../store/partitions.ts";
import {
  chargingDetail,
  chargingExportQuery,
  chargingPage,
  chargingQuery,
  chargingTotals,
  chargingTotalsQuery,
  type ChargingFilter,
} from "../charging-schemas.ts";
import type { ApiDeps } from "../deps.ts";
import { ApiError, found } from "../problems.ts";

const tags = ["charging"];
const MAX_TOTALS_DAYS = 400;
const USUAL_TOTALS_DAYS = 31;

/** Charging transactions as the charge points' gateways recorded them. */
export const chargingRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps: { pool } }) => {
  app.get("/charging/transactions", {
    schema: {
      tags,
      summary: "Charging transactions, the latest begun first",
      querystring: chargingQuery,
      response: { 200: chargingPage },
    },
    handler: async ({ query }) => {
      checkSpan(query);
      return await listTransactions(pool, query);
    },
  });

  app.get("/charging/transactions/:gateway/:device/:transaction", {
    schema: {
      tags,
      summary: "One charging transaction with its course",
      params: z.object({ gateway: name, device: name, transaction: z.string().min(1).max(64) }),
      response: { 200: chargingDetail },
    },
    handler: async ({ params }) =>
      found(
        await readTransaction(pool, params),
        "transaction/unknown",
        `the charge point "${params.device}" has no transaction "${params.transaction}"`,
      ),
  });

  app.get("/charging/totals", {
    schema: {
      tags,
      summary: "How many sessions, how much energy, and how much of it each day",
      querystring: chargingTotalsQuery,
      response: { 200: chargingTotals },
    },
    handler: async ({ query: { zone, ...filter } }) => {
      if (zone !== undefined && !isZone(zone)) throw new ApiError("api/bad-request", `"${zone}" is no time zone`);
      const siteZone = filter.gateway === undefined ? undefined : await readSiteZone(pool, filter.gateway);
      const known = siteZone !== undefined && isZone(siteZone) ? siteZone : "UTC";
      return await readTotals(pool, bounded(filter), zone ?? known);
    },
  });

  app.get("/charging/transactions.csv", {
    schema: {
      tags,
      summary: "Charging transactions as a CSV file (RFC 4180, UTF-8), times in the site's zone and in UTC",
      querystring: chargingExportQuery,
      produces: ["text/csv"],
      response: { 200: z.unknown().describe("The file; its first line names the columns.") },
    },
    handler: async ({ query: { language, bom, ...filter } }, reply) => {
      checkSpan(filter);
      if ((await countTransactions(pool, filter)) > MAX_EXPORTED) {
        throw new ApiError("api/too-large", `a file holds ${MAX_EXPORTED} transactions; ask for a shorter span`);
      }
      const lines = exportTransactions(pool, filter, { language, hasByteOrderMark: bom === "true" });
      return reply
        .type("text/csv; charset=utf-8; header=present")
        .header("content-disposition", 'attachment; filename="charging-transactions.csv"')
        .header("cache-control", "no-store")
        .send(Readable.from(lines));
    },
  });
};

function checkSpan({ fromMs, toMs }: ChargingFilter): void {
  if (fromMs !== undefined && toMs !== undefined && toMs <= fromMs) {
    throw new ApiError("api/bad-request", "toMs must be later than fromMs");
  }
}

/** A station's clock may be ahead of ours: without an end the next day counts too. */
function bounded(filter: ChargingFilter): BoundedFilter {
  checkSpan(filter);
  const toMs = filter.toMs ?? Date.now() + DAY_MS;
  const fromMs = filter.fromMs ?? Math.max(0, toMs - USUAL_TOTALS_DAYS * DAY_MS);
  if (toMs - fromMs > MAX_TOTALS_DAYS * DAY_MS) {
    throw new ApiError("api/bad-request", `totals are of at most ${MAX_TOTALS_DAYS} days`);
  }
  return { ...filter, fromMs, toMs };
}
