import { hex128 } from "@outpost/wire/identifiers.ts";
import type { FastifyInstance } from "fastify";
import { z } from "zod";

import type { AlarmOrder } from "../../../rules/alarm-engine.ts";
import { TechnicianError } from "../../errors.ts";
import type { Parts } from "../parts.ts";
import { addDeed } from "./ask.ts";

const DAY_MS = 86_400_000;
const seen = { occurrenceId: hex128, version: z.int().min(1) };
const reason = z.string().trim().min(1).max(500);
const acknowledged = z.strictObject({ ...seen, note: z.string().max(500).optional() });
const shelved = z.strictObject({
  ...seen,
  reason,
  forMs: z
    .int()
    .min(60_000)
    .max(30 * DAY_MS),
});
const outOfService = z.strictObject({
  ruleId: z.string().min(1).max(64),
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
    async ({ body, who }) => {
      await setService(parts, body, who);
    },
  );
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

/** Out of service is part of the site, so that it outlives restarts and everybody sees it: a change like any other. */
async function setService(
  parts: Parts,
  { ruleId, reason: why }: z.infer<typeof outOfService>,
  who: string,
): Promise<void> {
  const { document, digest } = parts.desk.view();
  if (!document.rules.some(({ id }) => id === ruleId)) {
    throw new TechnicianError("technician/not-found", "the site has no such rule");
  }
  const rules = document.rules.map((rule) => {
    if (rule.id !== ruleId) return rule;
    const { outOfService: _, ...rest } = rule;
    return why === undefined ? rest : { ...rest, outOfService: { by: who, reason: why } };
  });
  const wanted = { document: { ...document, rules }, basedOn: digest, who, why: why ?? "", acceptsWeakening: true };
  await parts.desk.apply(wanted, new AbortController().signal);
}
