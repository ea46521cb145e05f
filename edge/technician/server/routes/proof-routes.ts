import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { TechnicianError } from "../../errors.ts";
import type { Parts } from "../parts.ts";
import type { BookView, PointCheckView } from "../views.ts";
import { addDeed, addQuestion } from "./ask.ts";

const words = z.string().max(500).default("");
const verdict = z.enum(["pass", "fail"]);
const pointCheck = z.strictObject({
  deviceId: z.string().min(1).max(64),
  pointId: z.string().min(1).max(128),
  verdict,
  plate: z.string().max(100).default(""),
  comment: words,
});

/** The proof: every point against its plate, every alarm from its button to its acknowledgement. */
export function addProofRoutes(app: FastifyInstance, parts: Parts): void {
  const { book, audit, drills, deps } = parts;
  addQuestion(app, parts, "/api/book", (): BookView => book.view);
  addDeed(
    app,
    parts,
    {
      path: "/api/checks",
      action: "check-point",
      schema: pointCheck,
      target: ({ deviceId, pointId, verdict: found }) => `${deviceId} ${pointId} ${found}`,
    },
    async ({ body, who }) => {
      const check = await checkOf(parts, body, who);
      if (!(await book.putCheck(check))) throw new TechnicianError("technician/refused", "the book is full");
      const { deviceId, value, ...details } = check;
      audit.occurrence("point-checked", { ...details, ...(value === null ? {} : { value }) }, deviceId);
      return check;
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/network/checked", action: "check-network", schema: z.strictObject({ comment: words }) },
    async ({ body, who }) => {
      await book.putNetwork({ by: who, atMs: deps.clock.now().wallMs, comment: body.comment });
    },
  );
  addDeed(
    app,
    parts,
    {
      path: "/api/drill",
      action: "begin-drill",
      schema: z.strictObject({ ruleId: z.string().max(128) }),
      target: ({ ruleId }) => ruleId,
    },
    async ({ body, who }) => {
      if (await drills.start(body.ruleId, who)) return drills.view;
      throw new TechnicianError("technician/not-found", "there is no such rule");
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/drill/end", action: "end-drill", schema: z.strictObject({ verdict, comment: words }) },
    async ({ body }) => {
      await drills.stop();
      const { view } = drills;
      if (view === null) throw new TechnicianError("technician/conflict", "no alarm is being tried");
      const judged = { ...view, verdict: body.verdict, comment: body.comment };
      if (!(await book.putDrill(judged))) throw new TechnicianError("technician/refused", "the book is full");
      const times = Object.entries(judged.steps).map(([step, { atMs }]) => [`${step}AtMs`, atMs] as const);
      const { ruleId, by, comment } = judged;
      audit.occurrence("alarm-drilled", { ruleId, by, verdict: body.verdict, comment, ...Object.fromEntries(times) });
      return judged;
    },
  );
}

async function checkOf(parts: Parts, body: z.infer<typeof pointCheck>, who: string): Promise<PointCheckView> {
  const { devices } = await parts.deps.snapshot();
  const point = devices.find(({ id }) => id === body.deviceId)?.points.find(({ id }) => id === body.pointId);
  if (point === undefined) throw new TechnicianError("technician/not-found", "the site has no such point");
  const { latest, unit } = point;
  // The gateway's own value of this moment, not one a browser says it saw.
  const value = latest?.reading.quality === "good" ? latest.reading.value : null;
  return { ...body, value, unit, by: who, atMs: parts.deps.clock.now().wallMs };
}
