import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { LANGUAGES } from "../../catalogue.ts";
import { TechnicianError } from "../../errors.ts";
import { REPORT_FILES, type ReportFile } from "../../report/reports.ts";
import type { Parts } from "../parts.ts";
import { addDeed, addQuestion, parseBody } from "./ask.ts";

const TYPES: Readonly<Record<ReportFile, string>> = {
  html: "text/html; charset=utf-8",
  sig: "application/octet-stream",
  key: "application/x-pem-file",
  pdf: "application/pdf",
};
const asked = z.object({ id: z.string().max(200), file: z.enum(["html", "sig", "key", "pdf"]) });

/** The commissioning report: made, listed, fetched. */
export function addReportRoutes(app: FastifyInstance, parts: Parts): void {
  const { reports } = parts;
  addQuestion(app, parts, "/api/reports", async () => ({ reports: await reports.list() }));
  addDeed(
    app,
    parts,
    { path: "/api/reports", action: "make-report", schema: z.strictObject({ language: z.enum(LANGUAGES) }) },
    async ({ body, who }) => await reports.make(body.language, who),
  );
  addQuestion(app, parts, "/api/reports/:id/:file", async ({ request, reply }) => {
    const { id, file } = parseBody(asked, request.params);
    const path = reports.fileOf(id, file);
    if (!(await stat(path).catch(() => undefined))?.isFile()) {
      throw new TechnicianError("technician/not-found", "there is no such report");
    }
    const isShown = file === "html" || file === "pdf";
    reply.header("content-disposition", `${isShown ? "inline" : "attachment"}; filename="${id}${REPORT_FILES[file]}"`);
    // The report is a page of its own with its own strict policy: no script, nothing from anywhere.
    if (file === "html") {
      reply.header("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox");
    }
    return await reply.type(TYPES[file]).send(createReadStream(path));
  });
}
