import type { FastifyInstance } from "fastify";

import { lookAtNetwork } from "../../day/network.ts";
import { TechnicianError } from "../../errors.ts";
import { SESSION_COOKIE } from "../guard.ts";
import type { Parts } from "../parts.ts";
import { addQuestion, whileAsked } from "./ask.ts";

/** How the site stands: the stream of live values, the network, the log, the box itself. */
export function addLiveRoutes(app: FastifyInstance, parts: Parts): void {
  addQuestion(app, parts, "/api/live", ({ request, reply }) => {
    const { raw } = reply;
    const token = request.cookies[SESSION_COOKIE];
    const first = [
      { kind: "scan", scan: parts.scans.view },
      { kind: "drill", drill: parts.drills.view },
    ] as const;
    reply.hijack();
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) raw.setHeader(name, value);
    raw.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
    const isHeard = parts.live.listen(raw, first, async () => (await parts.door.peek(token)) !== undefined);
    if (!isHeard) raw.end("event: busy\ndata: {}\n\n");
  });
  addQuestion(app, parts, "/api/network", async ({ reply }) => {
    const { uplink } = parts.deps.site().document;
    return await lookAtNetwork(parts.deps.clock, uplink?.url, whileAsked(reply));
  });
  addQuestion(app, parts, "/api/identity", async () => {
    const { identity } = parts.deps;
    if (identity === undefined) throw new TechnicianError("technician/not-found", "this gateway takes no claim");
    return await identity.state();
  });
  addQuestion(app, parts, "/api/log", () => ({ lines: parts.deps.lines.lines() }));
}
