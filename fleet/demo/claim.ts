import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { claimMade } from "../api/enrolment-schemas.ts";

const EDGE = fileURLToPath(new URL("../../edge/main.ts", import.meta.url));
const WITHIN_MS = 60_000;
const run = promisify(execFile);

/**
 * Claims the demo's gateway as a technician would: a code from the desk, typed at the gateway. Each start has other
 * ports, so it is claimed anew each time; a running gateway takes its new identity up by itself.
 *
 * @throws Error with the program's own words.
 */
export async function claimGateway(demo: {
  readonly httpUrl: string;
  readonly gatewayId: string;
  readonly stateDirectory: string;
}): Promise<void> {
  const answer = await fetch(`${demo.httpUrl}/api/claims`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ madeBy: "demo", label: "demo", lines: [{ gatewayId: demo.gatewayId }] }),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  if (!answer.ok) throw new Error(`the fleet makes no claim code: ${(await answer.text()).slice(0, 500)}`);
  const { qr } = claimMade.parse(await answer.json());
  await run(process.execPath, [EDGE, "claim", qr, "--replace", "--state", demo.stateDirectory], { timeout: WITHIN_MS });
}
