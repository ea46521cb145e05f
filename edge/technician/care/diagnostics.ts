import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

import { lookAtNetwork } from "../day/network.ts";
import { stateOf } from "../server/live.ts";
import type { Parts } from "../server/parts.ts";
import { withoutSecrets } from "./without-secrets.ts";

const TAR_TIMEOUT_MS = 60_000;

/** A bundle on its way: a gzipped tar. Disposing it ends the child and removes what it was made of. */
export interface DiagnosticsBundle extends AsyncDisposable {
  readonly name: string;
  readonly stream: Readable;
}

/**
 * Everything somebody far away needs to see what is wrong, and no secret: state, readings, log, network, site, book.
 * Packed by the system's own tar, as a child.
 *
 * @throws the file system's own error.
 */
export async function makeDiagnostics(parts: Parts, signal: AbortSignal): Promise<DiagnosticsBundle> {
  const { deps, desk, book } = parts;
  const { document, text } = deps.site();
  const folder = await emptyFolder(deps.stateDirectory);
  const snapshot = await deps.snapshot();
  const network = await lookAtNetwork(deps.clock, document.uplink?.url, signal);
  const { revision, digest } = desk.view();
  const files: Readonly<Record<string, unknown>> = {
    "state.json": stateOf(snapshot, revision),
    "readings.json": snapshot.devices.map(({ id, points }) => ({ id, points })),
    "network.json": network,
    "site.json": document,
    "commissioning.json": book.view,
    "about.json": {
      digest,
      siteCharacters: text.length,
      nodeVersion: process.version,
      memory: process.memoryUsage(),
      uptimeSeconds: Math.round(process.uptime()),
    },
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), JSON.stringify(withoutSecrets(content), undefined, 2));
    // One file a turn: the alarm path goes between.
    await new Promise(setImmediate);
  }
  const lines = deps.lines
    .lines()
    .map(({ atMs, level, text: line }) => `${new Date(atMs).toISOString()} ${level} ${line}`);
  await writeFile(join(folder, "log.txt"), String(withoutSecrets(lines.join("\n"))));
  const stamp = new Date(snapshot.now.wallMs).toISOString().replaceAll(/[-:]|\.\d+Z/g, "");
  const child = spawn("tar", ["-czf", "-", "-C", folder, "."], {
    stdio: ["ignore", "pipe", "ignore"],
    timeout: TAR_TIMEOUT_MS,
  });
  child.on("error", (error) => child.stdout.destroy(error));
  return {
    name: `outpost-${document.gateway.id}-${stamp}.tar.gz`,
    stream: child.stdout,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function emptyFolder(stateDirectory: string): Promise<string> {
  const parent = join(stateDirectory, "technician");
  await mkdir(parent, { recursive: true, mode: 0o700 });
  return await mkdtemp(join(parent, "bundle-"));
}
