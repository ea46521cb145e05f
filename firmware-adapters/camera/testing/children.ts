import { readFileSync, readdirSync } from "node:fs";

export interface Child {
  readonly pid: number;
  /** Its command line as `ps` shows it to everybody. */
  readonly commandLine: string;
}

/** The processes of this name that this process has started and that are there now, from /proc. */
export function childrenNamed(name: string): readonly Child[] {
  const threads = readdirSync("/proc/self/task");
  const pids = threads.flatMap((thread) => read(`/proc/self/task/${thread}/children`).trim().split(" "));
  return pids
    .filter((pid) => pid !== "" && read(`/proc/${pid}/comm`).trim() === name)
    .map((pid) => ({ pid: Number(pid), commandLine: read(`/proc/${pid}/cmdline`).replaceAll("\0", " ") }));
}

/** Whether a process is there and no zombie. */
export function isAlive(pid: number): boolean {
  const state = /^\d+ \(.*\) (\w)/s.exec(read(`/proc/${pid}/stat`))?.[1];
  return state !== undefined && state !== "Z";
}

/** Empty where it is gone meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
