import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { monotonicMs } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import { Command } from "commander";
import pg from "pg";

import { claimMade } from "../../api/enrolment-schemas.ts";
import { startProgram, type RunningProgram } from "../../demo/child-process.ts";
import { choosePlaces } from "../../store/embedded/places.ts";
import { serverUrl } from "../../store/embedded/server.ts";
import type { Authority } from "../authority/authority.ts";
import { parseCertificateRequest } from "../authority/certificate-request.ts";
import { openOwnAuthority } from "../authority/open-authority.ts";
import { Box, certificateOf, makeKey } from "../testing/box.ts";

/** Gateways a minute that the embedded fleet must claim. */
const MUST_REACH = 1_000;
const PASSPHRASE = "a passphrase for a bench";
const LINES_A_CODE = 500;
const LIFE_MS = 90 * 86_400_000;

const options = new Command("npm run bench -- enrol")
  .description(
    "Gateways claimed a minute by the embedded fleet: real keys, requests, HTTPS and rows, beside bare signing.",
  )
  .option("--gateways <n>", "how many are claimed", "1000")
  .option("--at-once <n>", "how many ask at the same time", "8")
  .option("--json", "one line of JSON at the end")
  .parse()
  .opts<{ readonly gateways: string; readonly atOnce: string }>();

async function measure(directory: string): Promise<boolean> {
  const [gateways, atOnce] = [Number(options.gateways), Number(options.atOnce)];
  const state = join(directory, "fleet");
  const anywhere = "127.0.0.1:0";
  await using fleet = await startProgram({
    name: "fleet",
    script: "fleet/main.ts",
    args: ["--state", state, ...["http", "mqtt", "https", "mqtts"].flatMap((door) => [`--${door}`, anywhere])],
    env: { OUTPOST_LOG_LEVEL: "error", OUTPOST_KEY_PASSPHRASE: PASSPHRASE },
  });
  const { codes, box } = await prepare(fleet, gateways);
  const startMs = monotonicMs();
  await eachAtOnce(gateways, atOnce, async (index) => {
    const code = codes[Math.floor(index / LINES_A_CODE)] ?? "";
    await box.claim(code, undefined, serialOf(index));
  });
  const tookMs = monotonicMs() - startMs;
  const url = serverUrl(await choosePlaces(state), "outpost");
  const kept = await countCertificates(url);
  const signingMs = await signBare(url, gateways);
  const perMinute = Math.round((gateways / tookMs) * 60_000);
  const pass = perMinute >= MUST_REACH && kept === gateways;
  const result = {
    name: "enrol",
    gateways,
    atOnce,
    certificatesKept: kept,
    tookMs: Math.round(tookMs),
    perMinute,
    bareSigningMs: Math.round(signingMs),
    bareSigningPerMinute: Math.round((gateways / signingMs) * 60_000),
    mustReach: MUST_REACH,
    pass,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  return pass;
}

/** Bulk codes, each for a list of serial numbers, and the fleet's listener with its root as the codes' pin has it. */
async function prepare(fleet: RunningProgram, gateways: number): Promise<{ codes: string[]; box: Box }> {
  const codes: string[] = [];
  for (let first = 0; first < gateways; first += LINES_A_CODE) {
    const count = Math.min(LINES_A_CODE, gateways - first);
    const lines = Array.from({ length: count }, (_, at) => ({
      gatewayId: `bench-${first + at}`,
      serial: serialOf(first + at),
    }));
    const answer = await fetch(`${String(fleet.ready["http"])}/api/claims`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ madeBy: "bench", lines }),
    });
    if (!answer.ok) throw new Error(`the fleet makes no codes: ${await answer.text()}`);
    codes.push(claimMade.parse(await answer.json()).code);
  }
  const port = Number(new URL(String(fleet.ready["https"])).port);
  const roots = await new Box(port, "").ask("/.well-known/est/cacerts", { rejectUnauthorized: false });
  return { codes, box: new Box(port, certificateOf(roots)) };
}

/** The bare cost: as many keys' certificates signed by the same authority, with nothing around it. */
async function signBare(url: string, count: number): Promise<number> {
  const pool = new pg.Pool({ connectionString: url });
  let authority: Authority;
  try {
    authority = await openOwnAuthority(pool, PASSPHRASE, silentLog);
  } finally {
    await pool.end();
  }
  const { csr } = await makeKey("bench");
  const { publicKey } = await parseCertificateRequest(Buffer.from(csr, "base64"));
  const startMs = monotonicMs();
  for (let done = 0; done < count; done += 1) await authority.issueGateway("bench", publicKey, Date.now(), LIFE_MS);
  return monotonicMs() - startMs;
}

async function countCertificates(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from certificate where gateway_id like 'bench-%'",
    );
    return rows[0]?.count ?? 0;
  } finally {
    await client.end();
  }
}

async function eachAtOnce(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await work(index);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function serialOf(index: number): string {
  return `SN-${String(index).padStart(6, "0")}`;
}

const directory = await mkdtemp(join(tmpdir(), "outpost-enrol-bench-"));
try {
  // The embedded database runs under an account of its own, which must get through.
  await chmod(directory, 0o755);
  process.exitCode = (await measure(directory)) ? 0 : 1;
} catch (error) {
  process.stderr.write(`enrol: ${asError(error).message}\n`);
  process.exitCode = 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}
