import { hex128 } from "@outpost/wire/identifiers.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { AlarmOrder } from "../../../rules/alarm-order.ts";
import { TechnicianError } from "../../errors.ts";
import type { Parts } from "../parts.ts";
import { addDeed, whileAsked } from "./ask.ts";

const DAY_MS = 86_400_000;
const seen = { occurrenceId: hex128, version: z.int().min(1) };
const reason = z.string().trim().min(1).max(500);
const acknowledged = z.strictObject({ ...seen, note: z.string().max(500).optional() });
const ruleName = z.string().min(1).max(128);
const shelfMs = z
  .int()
  .min(60_000)
  .max(30 * DAY_MS);
const planned = z.strictObject({
  ruleId: ruleName,
  startInMs: z
    .int()
    .min(0)
    .max(30 * DAY_MS),
  forMs: shelfMs,
  reason,
});
const shelved = z.strictObject({ ...seen, reason, forMs: shelfMs });
const outOfService = z.strictObject({
  ruleId: ruleName,
  /** Absent: back into service. */
  reason: reason.optional(),
});

/** What a technician may do to an alarm. Orders name the occurrence and version that were seen. */
export function addAlarmRoutes(app: FastifyInstance, parts: Parts): void {
  addDeed(
    app,
    parts,
    { path: "/api/alarms/acknowledge", action: "acknowledge", schema: acknowledged, target },
    ({ body: { occurrenceId, version, note }, who }) => {
      const order = { kind: "acknowledge", occurrenceId, expectedVersion: version } as const;
      carryOut(parts, note === undefined ? order : { ...order, note }, who);
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/alarms/shelve", action: "shelve", schema: shelved, target },
    ({ body: { occurrenceId, version, reason: why, forMs }, who }) => {
      carryOut(parts, { kind: "shelve", occurrenceId, expectedVersion: version, reason: why, forMs }, who);
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/alarms/unshelve", action: "unshelve", schema: z.strictObject(seen), target },
    ({ body: { occurrenceId, version }, who }) => {
      carryOut(parts, { kind: "unshelve", occurrenceId, expectedVersion: version }, who);
    },
  );
  addDeed(
    app,
    parts,
    {
      path: "/api/alarms/service",
      action: "out-of-service",
      schema: outOfService,
      target: ({ ruleId, reason: why }) => (why === undefined ? `${ruleId} back` : `${ruleId} out`),
    },
    ({ body: { ruleId, reason: why }, who }) => {
      const order: AlarmOrder =
        why === undefined
          ? { kind: "return-to-service", ruleId }
          : { kind: "take-out-of-service", ruleId, reason: why };
      carryOut(parts, order, who);
    },
  );
  addRuleRoutes(app, parts);
}

/** What may be done to a rule before its alarm stands. */
function addRuleRoutes(app: FastifyInstance, parts: Parts): void {
  addDeed(
    app,
    parts,
    { path: "/api/alarms/plan", action: "plan-shelve", schema: planned, target: about },
    ({ body, who }) => {
      carryOut(parts, { kind: "shelve-rule", ...body }, who);
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/alarms/plan/end", action: "end-plan", schema: z.strictObject({ ruleId: ruleName }), target: about },
    ({ body, who }) => {
      carryOut(parts, { kind: "unshelve-rule", ...body }, who);
    },
  );
  addDeed(
    app,
    parts,
    { path: "/api/alarms/test", action: "test-chain", schema: z.strictObject({ ruleId: ruleName }), target: about },
    async ({ body, who, reply }) => await parts.deps.testChain(body.ruleId, who, whileAsked(reply)),
  );
}

function about({ ruleId }: { readonly ruleId: string }): string {
  return ruleId;
}

function target({ occurrenceId }: { readonly occurrenceId: string }): string {
  return occurrenceId;
}

function carryOut(parts: Parts, order: AlarmOrder, who: string): void {
  const answer = parts.deps.orderAlarm(order, who);
  switch (answer.kind) {
    case "done":
      return;
    case "stale":
      throw new TechnicianError("technician/conflict", `the alarm is at version ${answer.currentVersion} now`);
    case "refused":
      throw new TechnicianError("technician/refused", answer.detail);
  }
}
