import { catalog } from "@outpost/firmware-adapters/catalog.ts";
import { shippedProfile, PROFILE_NAMES } from "@outpost/firmware-adapters/modbus/profiles/profiles.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { proposeRules } from "../../day/proposals.ts";
import { scanRequest } from "../../day/scan-request.ts";
import { TechnicianError } from "../../errors.ts";
import type { Parts } from "../parts.ts";
import { DESK_CHOICES, type FamilyView, type RuleProposal } from "../views.ts";
import { addDeed, addQuestion, whileAsked } from "./ask.ts";

/** As large as a site file may be. */
const MAX_DOCUMENT_BYTES = 1024 * 1024;
const document = z.record(z.string().max(64), z.unknown());
const draft = z.strictObject({ document });
const applied = z.strictObject({
  document,
  basedOn: z.string().length(64),
  why: z.string().max(500).default(""),
  acceptsWeakening: z.boolean().default(false),
});
const decision = z.strictObject({ revision: z.int().min(0), choice: z.enum(DESK_CHOICES) });

/** What the site is made of: scans, families, the draft, its check and its becoming the site. */
export function addSiteRoutes(app: FastifyInstance, parts: Parts): void {
  addQuestion(app, parts, "/api/site", () => parts.desk.view());
  addQuestion(app, parts, "/api/families", () => ({ families: families() }));
  addQuestion(app, parts, "/api/proposals", (): { readonly proposals: readonly RuleProposal[] } => {
    const { devices, document: current } = parts.deps.site();
    return { proposals: devices.flatMap((device) => proposeRules(device, current)) };
  });
  addDeed(
    app,
    parts,
    { path: "/api/site/check", action: "check-site", schema: draft, maxBytes: MAX_DOCUMENT_BYTES },
    async ({ body, reply }) => await parts.desk.check(body.document, whileAsked(reply)),
  );
  addDeed(
    app,
    parts,
    { path: "/api/site/apply", action: "apply-site", schema: applied, maxBytes: MAX_DOCUMENT_BYTES },
    async ({ body, who }) => await parts.desk.apply({ ...body, who }, new AbortController().signal),
  );
  addDeed(
    app,
    parts,
    {
      path: "/api/site/decide",
      action: "decide-revision",
      schema: decision,
      target: ({ revision, choice }) => `${revision} ${choice}`,
    },
    async ({ body, who }) => {
      await parts.desk.decide(body.revision, body.choice, who);
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/scan", action: "scan", schema: scanRequest, target: ({ kind }) => kind },
    ({ body, who }) => {
      if (parts.scans.start(body, who)) return parts.scans.view;
      throw new TechnicianError("technician/conflict", "a scan is under way");
    },
  );
  addDeed(app, parts, { path: "/api/scan/stop", action: "stop-scan", schema: z.strictObject({}) }, () => {
    parts.scans.stop();
  });
}

/** Every family with the schema of its settings; what a form cannot show is written as JSON. */
function families(): FamilyView[] {
  return Object.entries(catalog).map(([adapter, family]) => ({
    adapter,
    schema: z.toJSONSchema(family.settings, { io: "input", unrepresentable: "any" }),
    profiles: adapter === "modbus" ? modbusProfiles() : [],
  }));
}

function modbusProfiles(): FamilyView["profiles"] {
  return PROFILE_NAMES.flatMap((id) => {
    const profile = shippedProfile(id);
    return profile === undefined ? [] : [{ id, name: profile.name, isVerified: profile.isVerified }];
  });
}
