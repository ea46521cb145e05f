// Adds to package-lock.json the optional platform packages that npm left out because the registry in use does not carry
// them: without these entries `npm ci` refuses the lock it wrote itself. Run after every change of dependencies.
import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const known = new Set(Object.keys(lock.packages).map((path) => path.split("node_modules/").pop()));
const systems = ["android", "darwin", "freebsd", "openharmony", "win32"];
const processors = ["arm64", "x64", "ia32", "arm", "ppc64", "riscv64", "s390x"];

for (const parent of Object.values({ ...lock.packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (known.has(name)) continue;
    const words = name.split(/[-/]/);
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [processors.find((processor) => words.some((word) => word === processor)) ?? "x64"],
      ...(parent.dev ? { dev: true } : {}),
      ...(words.some((word) => word.startsWith("musl")) ? { libc: ["musl"] } : {}),
      optional: true,
      os: [systems.find((system) => words.includes(system)) ?? "linux"],
    };
    known.add(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
