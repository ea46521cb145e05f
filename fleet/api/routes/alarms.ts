import { hex128 } from "@outpost/wire/identifiers.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { listAlarms, orderAlarm, readAlarmDetail, type AlarmOrder } from "../../alarms/desk.ts";
import type { ApiDeps } from "../deps.ts";
import { ApiError, found } from "../problems.ts";
import { acknowledgeBody, alarmDetail, alarmPage, alarmQuery, command, shelveBody, unshelveBody } from "../schemas.ts";
import { commandOrProblem } from "./sent.ts";

const tags = ["alarms"];
const params = z.object({ alarm: hex128 });

/** The alarm desk. Changing an alarm is asking its gateway to: the answer is a command, whose result comes later. */
export const alarmRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  const order = async (id: string, by: { expectedVersion: number; actor: string }, what: AlarmOrder) => {
    const sent = await orderAlarm(id, by, what, { ...deps, publish: deps.bus.publish });
    if (sent.kind === "unknown-alarm") throw new ApiError("alarm/unknown", `no alarm has the id "${id}"`);
    if (sent.kind === "stale") {
      throw new ApiError("alarm/stale", `the alarm stands at version ${sent.currentVersion}; nothing was changed`);
    }
    return commandOrProblem(sent);
  };

  app.get("/alarms", {
    schema: { tags, summary: "Alarms, the newest raised first", querystring: alarmQuery, response: { 200: alarmPage } },
    handler: async ({ query }) => await listAlarms(deps.pool, query),
  });

  app.get("/alarms/:alarm", {
    schema: { tags, summary: "One alarm with its steps and orders", params, response: { 200: alarmDetail } },
    handler: async ({ params: { alarm } }) =>
      found(await readAlarmDetail(deps.pool, alarm), "alarm/unknown", `no alarm has the id "${alarm}"`),
  });

  app.post("/alarms/:alarm/acknowledge", {
    schema: { tags, summary: "Acknowledge", params, body: acknowledgeBody, response: { 202: command } },
    handler: async (request, reply) => {
      const { note, ...by } = request.body;
      return reply.code(202).send(await order(request.params.alarm, by, { kind: "acknowledge", note }));
    },
  });

  app.post("/alarms/:alarm/shelve", {
    schema: { tags, summary: "Shelve for a while", params, body: shelveBody, response: { 202: command } },
    handler: async (request, reply) => {
      const { forMs, reason, ...by } = request.body;
      return reply.code(202).send(await order(request.params.alarm, by, { kind: "shelve", forMs, reason }));
    },
  });

  app.post("/alarms/:alarm/unshelve", {
    schema: { tags, summary: "End the shelving", params, body: unshelveBody, response: { 202: command } },
    handler: async (request, reply) =>
      reply.code(202).send(await order(request.params.alarm, request.body, { kind: "unshelve" })),
  });
};
