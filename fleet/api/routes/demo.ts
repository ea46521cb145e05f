import { asError } from "@outpost/kernel/thrown.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { boundedText } from "../bounded-text.ts";
import type { ApiDeps } from "../deps.ts";
import { ApiError, found } from "../problems.ts";
import { demo, demoLever, demoPulled } from "../schemas.ts";

const tags = ["demo"];
const ANSWER_WITHIN_MS = 5_000;
const MAX_BODY_BYTES = 4_096;
const MAX_ANSWER_BYTES = 512 * 1024;

/** Passes words to a demo's simulators. Only where `OUTPOST_DEMO_CONTROL_URL` is set; a real fleet has no such thing. */
export const demoRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps: { demoControlUrl, log } }) => {
  const askHub = async (path: string, post?: { readonly body: string }): Promise<unknown> => {
    const hub = found(demoControlUrl, "demo/unavailable", "this fleet has no simulator to control");
    try {
      const answer = await fetch(new URL(path, hub.endsWith("/") ? hub : `${hub}/`), {
        ...(post === undefined ? {} : { method: "POST", body: post.body }),
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      });
      const text = await boundedText(answer, MAX_ANSWER_BYTES);
      if (!answer.ok) throw new Error(`it answers ${answer.status}: ${text.slice(0, 500)}`);
      return JSON.parse(text);
    } catch (error) {
      log.warn("the demo did not do it", { path, reason: asError(error).message });
      throw new ApiError("demo/failed", `the simulator did not do it: ${asError(error).message}`, { cause: error });
    }
  };

  app.get("/demo", {
    schema: { tags, summary: "The simulated site as it really stands, where there is one", response: { 200: demo } },
    handler: async () => {
      if (demoControlUrl === undefined) return { isAvailable: false } as const;
      return understood(demo, await askHub("state"));
    },
  });

  app.post("/demo/:simulator/:lever", {
    schema: {
      tags,
      summary: "Pull a lever of a simulator, for instance `pump-station/storm`, or `uplink/cut` and `uplink/mend`",
      params: demoLever,
      body: z.record(z.string().max(64), z.unknown()).nullish(),
      response: { 200: demoPulled },
    },
    handler: async ({ params: { simulator, lever }, body }) => {
      const text = JSON.stringify(body ?? {});
      if (Buffer.byteLength(text) > MAX_BODY_BYTES) {
        throw new ApiError("api/too-large", `a lever's body may have ${MAX_BODY_BYTES} bytes`);
      }
      return understood(demoPulled, await askHub(`${simulator}/${lever}`, { body: text }));
    },
  });
};

function understood<T>(schema: z.ZodType<T>, answer: unknown): T {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new ApiError("demo/failed", `the demo's answer has another shape: ${z.prettifyError(parsed.error)}`);
}
