import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { Parts } from "../parts.ts";
import { addQuestion, parseBody, whileAsked } from "./ask.ts";

const asked = z.object({ id: z.string().max(64) });

/** What drawing zones needs. */
export function addZoneRoutes(app: FastifyInstance, parts: Parts): void {
  addQuestion(app, parts, "/api/algorithms", async ({ reply }) => ({
    algorithms: await parts.visionDesk.algorithms(whileAsked(reply)),
  }));
  addQuestion(app, parts, "/api/cameras/:id/still", async ({ request, reply }) => {
    const jpeg = await parts.visionDesk.still(parseBody(asked, request.params).id, whileAsked(reply));
    return await reply.type("image/jpeg").send(jpeg);
  });
}
