import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** A process as Linux lists it. `startedAt` tells it from a later one with the same number. */
export interface ListedProcess {
  readonly pid: number;
  readonly startedAt: string;
  readonly command: string;
}

/** All that a process has started, and what these have started in turn. */
export async function descendantsOf(pid: number): Promise<ListedProcess[]> {
  const all = (await Promise.all((await readdir("/proc")).map(read))).filter((one) => one !== undefined);
  const found: ListedProcess[] = [];
  const parents = [pid];
  for (let parent = parents.pop(); parent !== undefined; parent = parents.pop()) {
    for (const { parentPid, ...child } of all) {
      if (parentPid !== parent) continue;
      found.push(child);
      parents.push(child.pid);
    }
  }
  return found;
}

/** Those of them that still run. */
export async function survivorsOf(processes: readonly ListedProcess[]): Promise<ListedProcess[]> {
  const now = await Promise.all(processes.map(({ pid }) => read(String(pid))));
  return processes.filter((one, index) => now[index]?.startedAt === one.startedAt);
}

async function read(name: string): Promise<(ListedProcess & { readonly parentPid: number }) | undefined> {
  if (!/^\d+$/.test(name)) return undefined;
  try {
    const [stat, command] = await Promise.all([
      readFile(join("/proc", name, "stat"), "utf8"),
      readFile(join("/proc", name, "cmdline"), "utf8"),
    ]);
    // The name in brackets may hold anything; what follows it are numbers: state, parent, …, the start time as the 20th.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent, startedAt] = [fields[0], fields[1], fields[19]];
    // One that has ended and waits to be counted by its parent runs no more.
    if (state === "Z" || parent === undefined || startedAt === undefined) return undefined;
    return { pid: Number(name), parentPid: Number(parent), startedAt, command: command.replaceAll("\0", " ") };
  } catch {
    // It ended while we looked.
    return undefined;
  }
}
