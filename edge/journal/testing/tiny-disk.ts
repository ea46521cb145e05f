import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

import { errorCode } from "@outpost/kernel/thrown.ts";

import type { JournalLimits } from "../limits.ts";

/** A very small disk: a tmpfs of its own where this process may mount one, else a quota on the journal's file. */
export interface TinyDisk extends Disposable {
  readonly kind: "tmpfs" | "quota";
  /** Where the journal goes. */
  readonly directory: string;
  readonly limits: Partial<JournalLimits>;
}

/** Makes a disk of `bytes`. */
export function makeTinyDisk(bytes: number): TinyDisk {
  const mountPoint = fs.mkdtempSync(path.join(os.tmpdir(), "outpost-disk-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "tmpfs", mountPoint], { stdio: "ignore" });
  if (mounted.status !== 0) {
    return {
      kind: "quota",
      directory: mountPoint,
      limits: { quotaBytes: bytes },
      [Symbol.dispose]: () => fs.rmSync(mountPoint, { recursive: true, force: true }),
    };
  }
  return {
    kind: "tmpfs",
    directory: path.join(mountPoint, "journal"),
    limits: {},
    [Symbol.dispose]: () => {
      spawnSync("umount", ["-l", mountPoint], { stdio: "ignore" });
      fs.rmdirSync(mountPoint);
    },
  };
}

/** What another program does to the disk: takes all of its free space but `leaveBytes`. */
export function hog(disk: TinyDisk, leaveBytes: number): Disposable {
  const file = path.join(path.dirname(disk.directory), "hog");
  const fd = fs.openSync(file, "w");
  let size = 0;
  try {
    // Pages are taken as they are written: holes would cost nothing.
    for (;;) size += fs.writeSync(fd, Buffer.alloc(4_096, 1));
  } catch (error) {
    if (errorCode(error) !== "ENOSPC") throw error;
    fs.ftruncateSync(fd, Math.max(0, size - leaveBytes));
  } finally {
    fs.closeSync(fd);
  }
  return { [Symbol.dispose]: () => fs.rmSync(file, { force: true }) };
}
