import type { FastifyInstance } from "fastify";

import type { Parts } from "../parts.ts";
import { addAlarmRoutes } from "./alarm-routes.ts";
import { addCareRoutes } from "./care-routes.ts";
import { addDoorRoutes } from "./door-routes.ts";
import { addLiveRoutes } from "./live-routes.ts";
import { addProofRoutes } from "./proof-routes.ts";
import { addReportRoutes } from "./report-routes.ts";
import { addSiteRoutes } from "./site-routes.ts";
import { addZoneRoutes } from "./vision-routes.ts";

/** The whole API. Everything but the door wants a session. */
export function addRoutes(app: FastifyInstance, parts: Parts): void {
  addDoorRoutes(app, parts);
  addLiveRoutes(app, parts);
  addSiteRoutes(app, parts);
  addZoneRoutes(app, parts);
  addProofRoutes(app, parts);
  addAlarmRoutes(app, parts);
  addReportRoutes(app, parts);
  addCareRoutes(app, parts);
}
