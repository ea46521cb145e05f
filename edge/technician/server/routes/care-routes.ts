import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { box, exportBox, restoredDraft } from "../../care/box.ts";
import { makeDiagnostics } from "../../care/diagnostics.ts";
import { TechnicianError } from "../../errors.ts";
import type { Parts } from "../parts.ts";
import { addDeed, addQuestion, whileAsked } from "./ask.ts";

/** A site and a full book of checks. */
const MAX_BOX_BYTES = 4 * 1024 * 1024;

/** Looking after the box: diagnostics, export, restore. */
export function addCareRoutes(app: FastifyInstance, parts: Parts): void {
  let isBundling = false;
  addQuestion(app, parts, "/api/diagnostics", async ({ who, from, reply }) => {
    if (isBundling) throw new TechnicianError("technician/busy", "a bundle is being made");
    isBundling = true;
    try {
      const bundle = await makeDiagnostics(parts, whileAsked(reply));
      parts.audit.note({ who, action: "diagnostics", target: bundle.name, result: "done", from });
      reply.raw.on("close", () => {
        // What a broken disk leaves behind is looked at by whoever repairs it.
        Promise.resolve(bundle[Symbol.asyncDispose]()).catch(() => {});
      });
      reply.header("content-disposition", `attachment; filename="${bundle.name}"`);
      return await reply.type("application/gzip").send(bundle.stream);
    } finally {
      isBundling = false;
    }
  });
  addQuestion(app, parts, "/api/box", async ({ who, from, reply }) => {
    const made = exportBox(parts.deps.site(), parts.book, parts.deps.clock.now().wallMs);
    parts.audit.note({ who, action: "export-box", target: made.gatewayId, result: "done", from });
    reply.header("content-disposition", `attachment; filename="outpost-box-${made.gatewayId}.json"`);
    return await reply.type("application/json; charset=utf-8").send(JSON.stringify(made));
  });
  addDeed(
    app,
    parts,
    {
      path: "/api/box/restore",
      action: "restore-box",
      schema: z.strictObject({ box, isMeant: z.boolean() }),
      maxBytes: MAX_BOX_BYTES,
      target: ({ box: given, isMeant }) => `${given.gatewayId}${isMeant ? "" : " (looked at)"}`,
    },
    async ({ body, who, reply }) => {
      const { digest } = parts.desk.view();
      const draft = restoredDraft(body.box, parts.deps.site().document);
      if (!body.isMeant) return await parts.desk.check(draft, whileAsked(reply));
      const wanted = { document: draft, basedOn: digest, who, why: "restored box", acceptsWeakening: true };
      const applied = await parts.desk.apply(wanted, new AbortController().signal);
      await parts.book.replace(body.box.book);
      return applied;
    },
  );
}
