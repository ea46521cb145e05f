import { createHash } from "node:crypto";
import { mkdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

/** The unprivileged account PostgreSQL runs under where we are root: "nobody" on every Linux. */
export const UNPRIVILEGED_ID = 65_534;
/** Longest path of a unix socket that Linux takes, without the closing zero byte. */
export const MAX_SOCKET_PATH_BYTES = 107;
/** PostgreSQL names the socket by the port it would have; there is no port. */
export const SOCKET_NAME = ".s.PGSQL.5432";

/** Where the embedded server keeps its files, and as whom it runs. */
export interface Places {
  /** Holds `data/`, `log/` and the copied binaries. */
  readonly home: string;
  readonly data: string;
  readonly socketDir: string;
  /** Set where we are root: PostgreSQL refuses to run as root. */
  readonly account: { readonly uid: number; readonly gid: number } | undefined;
  /** Sentences for the log: what is not where one would look for it, and why. */
  readonly remarks: readonly string[];
}

/**
 * Finds a place the server can work in: inside the state folder where its account can get there, otherwise below
 * `/var/lib`; the socket beside the data unless its path would be too long.
 */
export async function choosePlaces(stateDir: string, isRoot = process.getuid?.() === 0): Promise<Places> {
  const state = resolve(stateDir);
  const remarks: string[] = [];
  const tag = createHash("sha256").update(state).digest("hex").slice(0, 16);
  await mkdir(state, { recursive: true });
  let home = join(state, "postgres");
  if (isRoot && !(await canOthersEnter(state))) {
    home = join("/var/lib", `outpost-${tag}`, "postgres");
    remarks.push(`the database is in ${home}, because an unprivileged account cannot enter ${state}`);
    await writeFile(join(state, "postgres-is-elsewhere.txt"), `${home}\n`);
  }
  let socketDir = join(home, "socket");
  if (Buffer.byteLength(join(socketDir, SOCKET_NAME)) > MAX_SOCKET_PATH_BYTES) {
    // A temporary folder that anybody may write to is no place for root to change owners in.
    socketDir = join(isRoot ? "/run" : tmpdir(), `outpost-${tag}`);
    remarks.push(`the database's socket is in ${socketDir}, because ${home} is too long a path for one`);
  }
  const account = isRoot ? { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID } : undefined;
  return { home, data: join(home, "data"), socketDir, account, remarks };
}

/** Whether an account that owns nothing here can pass through every folder down to `path`. */
async function canOthersEnter(path: string): Promise<boolean> {
  for (let folder = path; ; folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}
