import promises from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";

/**
 * Takes a desk's revision in, as a process that is killed (SIGKILL) right before its n-th touch of the disk. Arguments: site
 * file, state folder, file of the revision's text, n.
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

const { takeIn } = await import("./take-in.ts");
// Opening, renaming and removing are every step by which the disk can come to differ.
Object.assign(promises, {
  open: counted(promises.open),
  rename: counted(promises.rename),
  rm: counted(promises.rm),
  mkdir: counted(promises.mkdir),
});
syncBuiltinESMExports();
await takeIn(siteFile, stateDirectory, text);
