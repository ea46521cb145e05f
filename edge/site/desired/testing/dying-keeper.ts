import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/**
 * Takes a desk's revision in, as a process that is killed (SIGKILL) right before its n-th touch of the disk; never where n
 * is 0. Arguments: site file, state folder, file of the revision's text, n. Prints what ran at its start and what runs.
 */
const [siteFile = "", stateDirectory = "", textFile = "", count = "0"] = process.argv.slice(2);
const text = await promises.readFile(textFile, "utf8");
let left = Number(count);

function counted<Args extends unknown[], T>(touch: (...args: Args) => Promise<T>): (...args: Args) => Promise<T> {
  return async (...args) => {
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
    return await touch(...args);
  };
}

const { checkSite } = await import("@outpost/wire/check-site.ts");
const { digestOf, packText } = await import("@outpost/wire/site-packing.ts");
const { systemClock } = await import("@outpost/kernel/clock.ts");
const { silentLog } = await import("@outpost/kernel/log.ts");
const { startingSite } = await import("../starting-site.ts");
const { SiteKeeper } = await import("../site-keeper.ts");

const starting = await startingSite(siteFile, stateDirectory, Date.now());
if (starting.kind === "none") throw new Error("no site");
let { site } = starting;
const keeper = new SiteKeeper(
  {
    clock: systemClock,
    log: silentLog,
    siteFile,
    stateDirectory,
    site: () => site,
    goOver: async (other) => {
      // Going over touches the devices, not the disk; dying in the middle of it is dying between two touches.
      site = other;
    },
    check: checkSite,
    fixedFaults: () => [],
    onChange: () => {},
  },
  starting.state,
  starting.refused,
);
// Opening, renaming and removing are every step by which the disk can come to differ.
Object.assign(promises, {
  open: counted(promises.open),
  rename: counted(promises.rename),
  rm: counted(promises.rm),
  mkdir: counted(promises.mkdir),
});
syncBuiltinESMExports();
await keeper.start();
keeper.offer({
  v: 1,
  revision: 1,
  digest: digestOf(text),
  knows: { store: keeper.status().local.store, number: keeper.status().local.number },
  author: "wang",
  createdAtMs: 1,
  packed: packText(text) ?? "",
});
const untilMs = systemClock.monotonicMs() + 60_000;
const isWaited = (): boolean => keeper.status().offer?.state !== "running";
while (isWaited() && systemClock.monotonicMs() < untilMs) await systemClock.sleep(5);
await keeper[Symbol.asyncDispose]();
process.stdout.write(
  JSON.stringify({ atStart: starting.site.text, text: keeper.text("running"), status: keeper.status() }),
);
