import { name } from "@outpost/wire/identifiers.ts";
import { siteDigest } from "@outpost/wire/site-exchange.ts";
import type { SiteTextFault } from "@outpost/wire/site-fault.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { sendRevision } from "../../desired/deliver.ts";
import { diffTexts, readHistory, readSiteView } from "../../desired/read.ts";
import { readGateway, readText } from "../../desired/rows.ts";
import { approve, judgeText, readRunning, writeRevision, type Writing } from "../../desired/write.ts";
import type { ApiDeps } from "../deps.ts";
import {
  approveBody,
  checkBody,
  diffQuery,
  resolveBody,
  siteCheck,
  siteDiff,
  siteHistory,
  siteText,
  siteView,
  writeBody,
  type SiteView,
  type TextFault,
} from "../desired-schemas.ts";
import { ApiError, found } from "../problems.ts";

const tags = ["desired"];
const params = z.object({ gateway: name });
/** A document of 1 MiB in which every character is escaped. */
const MAX_DOCUMENT_BODY_BYTES = 4 * 1024 * 1024;
const headers = z.object({ "if-match": z.string().max(100).optional() });
const noGateway = (id: string): string => `no gateway has the id "${id}"`;

/** The site document of a gateway: what the desk wants, what runs, and what stands between them. */
export const desiredRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  await app.register(readingRoutes, { deps });
  await app.register(writingRoutes, { deps });
  await app.register(choosingRoutes, { deps });
};

const readingRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps: { pool } }) => {
  app.get("/gateways/:gateway/site", {
    schema: {
      tags,
      summary: "How the site document stands; its ETag goes into If-Match",
      params,
      response: { 200: siteView },
    },
    handler: async ({ params: { gateway } }, reply) => {
      const view = found(await readSiteView(pool, gateway), "gateway/unknown", noGateway(gateway));
      return reply.header("etag", view.entityTag).send(view);
    },
  });

  app.get("/gateways/:gateway/site/history", {
    schema: { tags, summary: "Revisions of the desk and changes on site", params, response: { 200: siteHistory } },
    handler: async ({ params: { gateway } }) =>
      found(await readHistory(pool, gateway), "gateway/unknown", noGateway(gateway)),
  });

  const textOf = async (gatewayId: string, digest: string): Promise<string> => {
    const gateway = found(await readGateway(pool, gatewayId), "gateway/unknown", noGateway(gatewayId));
    const text = await readText(pool, gateway.gatewayNo, digest);
    return found(text, "desired/unknown", `the gateway "${gatewayId}" has had no document "${digest}"`);
  };

  app.get("/gateways/:gateway/site/texts/:digest", {
    schema: {
      tags,
      summary: "A document of the gateway's history, as it was written",
      params: params.extend({ digest: siteDigest }),
      response: { 200: siteText },
    },
    handler: async ({ params: { gateway, digest } }) => ({ digest, text: await textOf(gateway, digest) }),
  });

  app.get("/gateways/:gateway/site/diff", {
    schema: {
      tags,
      summary: "What differs between two documents of the gateway's history",
      params,
      querystring: diffQuery,
      response: { 200: siteDiff },
    },
    handler: async ({ params: { gateway }, query: { from, to } }) => ({
      changes: diffTexts(await textOf(gateway, from), await textOf(gateway, to)),
    }),
  });

  app.post("/gateways/:gateway/site/check", {
    bodyLimit: MAX_DOCUMENT_BODY_BYTES,
    schema: {
      tags,
      summary: "What is wrong with a document, what it changes and what it weakens; nothing is written",
      params,
      body: checkBody,
      response: { 200: siteCheck },
    },
    handler: async ({ params: { gateway: id }, body: { text } }) => {
      const gateway = found(await readGateway(pool, id), "gateway/unknown", noGateway(id));
      const judged = await judgeText(text, id, await readRunning(pool, gateway));
      if (judged.kind === "refused") return { faults: judged.faults.map(faultView), diff: [], weakenings: [] };
      const { reported, gatewayNo } = gateway;
      const running = reported && (await readText(pool, gatewayNo, reported.running.digest));
      const diff = running === undefined ? [] : diffTexts(running, text);
      return { faults: [], diff, weakenings: [...judged.weakenings] };
    },
  });
};

/** Writes a revision and sends it. @throws ApiError where nothing was written. */
async function write(writing: Writing, { pool, bus, log }: ApiDeps): Promise<SiteView> {
  const { gatewayId } = writing;
  const written = await writeRevision(writing, pool);
  switch (written.kind) {
    case "unknown-gateway":
      throw new ApiError("gateway/unknown", noGateway(gatewayId));
    case "stale":
      throw new ApiError("desired/stale", `it stands at ${written.entityTag} by now; nothing was written`);
    case "refused": {
      const [first] = written.faults;
      const faults = written.faults.map(faultView);
      throw new ApiError("desired/refused", `${written.faults.length} faults, first: ${first?.message}`, { faults });
    }
    case "written": {
      const to = { gatewayId, gatewayNo: written.gatewayNo };
      await sendRevision(to, written.revision, { pool, publish: bus.publish, log });
      return found(await readSiteView(pool, gatewayId), "gateway/unknown", noGateway(gatewayId));
    }
  }
}

const writingRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  app.put("/gateways/:gateway/site", {
    bodyLimit: MAX_DOCUMENT_BODY_BYTES,
    schema: {
      tags,
      summary:
        "Write the next revision, with If-Match; it is sent at once, and again until the gateway has heard of it",
      params,
      headers,
      body: writeBody,
      response: { 200: siteView },
    },
    handler: async ({ params: { gateway: gatewayId }, headers: given, body }, reply) => {
      const { text, actor, note } = body;
      const view = await write({ gatewayId, entityTag: matchOf(given), text, author: actor, note }, deps);
      return reply.header("etag", view.entityTag).send(view);
    },
  });
};

const choosingRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  const { pool, bus, log } = deps;

  app.post("/gateways/:gateway/site/approve", {
    schema: {
      tags,
      summary: "Stand, as a second person, for what the newest revision weakens",
      params,
      body: approveBody,
      response: { 200: siteView },
    },
    handler: async ({ params: { gateway: gatewayId }, body: { revision, digest, actor } }) => {
      const approved = await approve({ gatewayId, revision, digest, by: actor }, pool);
      if (approved.kind === "unknown-gateway") throw new ApiError("gateway/unknown", noGateway(gatewayId));
      if (approved.kind === "stale")
        throw new ApiError("desired/stale", "this revision waits for no approval any more");
      if (approved.kind === "own") throw new ApiError("desired/own", "its author cannot be the second person");
      await sendRevision({ gatewayId, gatewayNo: approved.gatewayNo }, approved.revision, {
        pool,
        publish: bus.publish,
        log,
      });
      return found(await readSiteView(pool, gatewayId), "gateway/unknown", noGateway(gatewayId));
    },
  });

  app.post("/gateways/:gateway/site/resolve", {
    bodyLimit: MAX_DOCUMENT_BODY_BYTES,
    schema: {
      tags,
      summary: "End a conflict by a choice, with If-Match: a new revision that knows both",
      params,
      headers,
      body: resolveBody,
      response: { 200: siteView },
    },
    handler: async ({ params: { gateway: gatewayId }, headers: given, body }, reply) => {
      const view = found(await readSiteView(pool, gatewayId), "gateway/unknown", noGateway(gatewayId));
      if (view.standing !== "conflict") throw new ApiError("desired/stale", "there is no conflict any more");
      const text = body.choice === "merged" ? body.text : chosenText(view, body.choice);
      const known = found(text, "desired/unknown", "the gateway has not sent its document yet");
      const note = `conflict: ${body.choice}`;
      const after = await write({ gatewayId, entityTag: matchOf(given), text: known, author: body.actor, note }, deps);
      return reply.header("etag", after.entityTag).send(after);
    },
  });
};

function chosenText({ running, desired }: SiteView, choice: "keep-local" | "take-desk"): string | undefined {
  return (choice === "keep-local" ? running?.text : desired?.text) ?? undefined;
}

function matchOf(given: z.infer<typeof headers>): string {
  return found(given["if-match"], "desired/no-entity-tag", "say in If-Match what you have read");
}

function faultView({ position, path, message }: SiteTextFault): TextFault {
  return { path, message, ...position };
}
