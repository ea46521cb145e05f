import { hex128 } from "@outpost/wire/identifiers.ts";
import type { FastifyPluginAsyncZod } from "fastify-type-provider-zod";
import { z } from "zod";

import { readCommands } from "../../commands/command-rows.ts";
import { sendCommand } from "../../commands/send-command.ts";
import type { ApiDeps } from "../deps.ts";
import { found } from "../problems.ts";
import { command, commandBody } from "../schemas.ts";
import { commandOrProblem } from "./sent.ts";

const tags = ["commands"];

/** Orders to devices. Hazardous ones take two: `select`, then `operate` with the selection's id. */
export const commandRoutes: FastifyPluginAsyncZod<{ deps: ApiDeps }> = async (app, { deps }) => {
  app.post("/commands", {
    schema: { tags, summary: "Give an order", body: commandBody, response: { 202: command } },
    handler: async (request, reply) => {
      const sent = await sendCommand(request.body, { ...deps, publish: deps.bus.publish });
      return reply.code(202).send(commandOrProblem(sent));
    },
  });

  app.get("/commands/:command", {
    schema: {
      tags,
      summary: "What became of an order",
      params: z.object({ command: hex128 }),
      response: { 200: command },
    },
    handler: async ({ params }) => {
      const [one] = await readCommands(deps.pool, [params.command]);
      return found(one, "command/unknown", `no command has the id "${params.command}"`);
    },
  });
};
