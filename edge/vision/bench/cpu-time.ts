import { readFile } from "node:fs/promises";

/** Linux counts in ticks of a hundredth of a second, whatever the kernel's own tick. */
const TICK_MS = 10;
/** Fields of /proc/<pid>/stat behind the command's name: state is the first. */
const UTIME = 11;
const STIME = 12;

/** CPU time a process has taken so far, milliseconds, to a hundredth of a second. */
export async function cpuMsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[UTIME]) + Number(fields[STIME])) * TICK_MS;
}

/** Resident memory of a process, MiB. */
export async function rssMiBOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
}
