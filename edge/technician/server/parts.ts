import { join } from "node:path";

import { CommissioningBook } from "../day/book.ts";
import { Drills } from "../day/drills.ts";
import { Scans } from "../day/scans.ts";
import { SiteDesk } from "../day/site-desk.ts";
import { VisionDesk } from "../day/vision-desk.ts";
import { Attempts } from "../door/attempts.ts";
import { Door } from "../door/door.ts";
import { peoplePath } from "../door/people.ts";
import { PinHasher } from "../door/pin.ts";
import { Sessions } from "../door/sessions.ts";
import { Reports } from "../report/reports.ts";
import { Audit } from "./audit.ts";
import type { TechnicianDeps } from "./deps.ts";
import { LiveStream } from "./live.ts";

/** Everything the routes work with. */
export interface Parts extends AsyncDisposable {
  readonly deps: TechnicianDeps;
  readonly door: Door;
  readonly hasher: PinHasher;
  readonly audit: Audit;
  readonly book: CommissioningBook;
  readonly desk: SiteDesk;
  readonly visionDesk: VisionDesk;
  readonly scans: Scans;
  readonly drills: Drills;
  readonly reports: Reports;
  readonly live: LiveStream;
}

/** Opens what the page keeps on disk and joins the rest. Nothing of it is on the alarm path. */
export async function openParts(deps: TechnicianDeps): Promise<Parts> {
  const { clock, log, stateDirectory } = deps;
  const folder = join(stateDirectory, "technician");
  const attemptsPath = join(folder, "attempts.json");
  const attempts = await Attempts.open({ clock, bootId: clock.bootId, log, path: attemptsPath });
  const book = await CommissioningBook.open(join(folder, "commissioning.json"), log);
  const hasher = new PinHasher();
  const sessions = new Sessions(clock);
  const desk = new SiteDesk(deps);
  const audit = new Audit(deps);
  const live = new LiveStream({ clock, log, snapshot: () => deps.snapshot(), revision: () => desk.revision });
  const scans = new Scans({ clock, log, onChange: (scan) => live.tell({ kind: "scan", scan }) });
  const drills = new Drills({ ...deps, clock, onChange: (drill) => live.tell({ kind: "drill", drill }) });
  const reports = new Reports({ ...deps, folder: join(stateDirectory, "reports"), book, audit });
  return {
    deps,
    door: new Door({ clock, peoplePath: peoplePath(stateDirectory), attempts, hasher, sessions }),
    hasher,
    audit,
    book,
    desk,
    visionDesk: new VisionDesk(deps),
    scans,
    drills,
    reports,
    live,
    async [Symbol.asyncDispose]() {
      await Promise.all([live, scans, drills, reports].map((part) => part[Symbol.asyncDispose]()));
    },
  };
}
