import { asError } from "@outpost/kernel/thrown.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import type { ApiDeps } from "../deps.ts";
import { ApiError, found } from "../problems.ts";
import { demo } from "../schemas.ts";

const tags = ["demo"];
const ANSWER_WITHIN_MS = 5_000;
const MAX_ANSWER_CHARACTERS = 500;

/** Passes a word to the demo's simulator. Only where `OUTPOST_DEMO_CONTROL_URL` is set; a real fleet has no such thing. */
export const demoRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps: { demoControlUrl, log } }) => {
  app.get("/demo", {
    schema: { tags, summary: "Whether there is a simulator to control", response: { 200: demo } },
    handler: async () => ({ isAvailable: demoControlUrl !== undefined }),
  });

  app.post("/demo/:action", {
    schema: {
      tags,
      summary: "Tell the simulator to do something, for instance `storm` or `calm`",
      params: z.object({ action: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/) }),
      response: { 204: z.undefined() },
    },
    handler: async ({ params: { action } }, reply) => {
      const base = found(demoControlUrl, "demo/unavailable", "this fleet has no simulator to control");
      try {
        const address = new URL(action, base.endsWith("/") ? base : `${base}/`);
        const answer = await fetch(address, {
          method: "POST",
          body: "{}",
          signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
        });
        const text = (await answer.text()).slice(0, MAX_ANSWER_CHARACTERS);
        if (!answer.ok) throw new Error(`it answers ${answer.status}: ${text}`);
      } catch (error) {
        log.warn("the demo's simulator did not do it", { action, reason: asError(error).message });
        throw new ApiError("demo/failed", `the simulator did not do it: ${asError(error).message}`, { cause: error });
      }
      return reply.code(204).send();
    },
  });
};
