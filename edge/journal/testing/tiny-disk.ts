import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

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

/** What another program does to the disk: takes all but `leaveBytes` of the free space. */
export function hog(disk: TinyDisk, leaveBytes: number): Disposable {
  const file = path.join(path.dirname(disk.directory), "hog");
  const { bavail, bsize } = fs.statfsSync(path.dirname(disk.directory));
  const size = Math.max(0, bavail * bsize - leaveBytes);
  // On a tmpfs pages are taken as they are written: holes would cost nothing.
  fs.writeFileSync(file, Buffer.alloc(size, 1));
  return { [Symbol.dispose]: () => fs.rmSync(file, { force: true }) };
}
