import { chmod, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { runProgram, type Ended } from "../testing/run-program.ts";

const URLS = ["--fleet-url", "https://fleet.example:8443", "--mqtt-url", "mqtts://fleet.example:8883"];
const WITHIN_MS = 300_000;

let server: TestPostgres;
let directory = "";
let env: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestPostgres();
  directory = await mkdtemp(join(tmpdir(), "outpost stick "));
  await chmod(directory, 0o755);
  env = { DATABASE_URL: await server.createDatabase(), OUTPOST_LOG_LEVEL: "error" };
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(directory, { recursive: true, force: true });
});

const at = (name: string): string => join(directory, name);
const fleet = async (...args: string[]): Promise<Ended> =>
  await runProgram("fleet/main.ts", ["--state", at("fleet"), ...args], env);
const edge = async (box: string, command: string, ...args: string[]): Promise<Ended> =>
  await runProgram("edge/main.ts", [command, ...args, "--state", at(box)], env);

async function makeCode(gateway: string): Promise<string> {
  const { stdout } = await fleet("claim", "make", "--gateway", gateway);
  return z.object({ code: z.string() }).parse(JSON.parse(stdout)).code;
}

async function identityOf(box: string): Promise<{ kind: string; gatewayId?: string | undefined }> {
  const { stdout } = await edge(box, "identity");
  return z.looseObject({ kind: z.string(), gatewayId: z.string().optional() }).parse(JSON.parse(stdout));
}

describe("a claim without an uplink", () => {
  it(
    "goes on a stick from the gateway to the fleet and back, once, for this box alone",
    async () => {
      const code = await makeCode("gw-far");
      const asked = await edge("box", "export-request", "--code", code, "--to", at("request.json"));
      expect(asked).toMatchObject({ status: 0, stderr: "" });
      const onStick = await readFile(at("request.json"), "utf8");
      const { payload } = z.looseObject({ payload: z.string() }).parse(JSON.parse(onStick));
      const said = Buffer.from(payload, "base64").toString();
      expect(said).not.toContain(code.replaceAll("-", "").slice(0, 16));
      expect(said).not.toContain("PRIVATE");
      const granted = await fleet("grant", "--request", at("request.json"), "--to", at("grant.json"), ...URLS);
      expect(granted).toMatchObject({ status: 0, stderr: "" });
      // Another box, with a request of its own, cannot use it.
      await edge("other", "export-request", "--code", await makeCode("gw-other"), "--to", at("other.json"));
      const stolen = await edge("other", "import-grant", "--from", at("grant.json"));
      expect([stolen.status, stolen.stderr]).toEqual([
        1,
        expect.stringMatching(/refused: it is not from|answers another/),
      ]);
      const taken = await edge("box", "import-grant", "--from", at("grant.json"));
      expect(taken).toMatchObject({ status: 0, stderr: "" });
      expect(await identityOf("box")).toMatchObject({ kind: "claimed", gatewayId: "gw-far" });
      expect((await identityOf("other")).kind).toBe("unclaimed");
      expect((await edge("box", "import-grant", "--from", at("grant.json"))).status).toBe(1);
    },
    WITHIN_MS,
  );

  it(
    "is refused where the files are forged, changed, too large, or lie over others",
    async () => {
      const asked = z.object({ payload: z.string() });
      const request = asked.loose().parse(JSON.parse(await readFile(at("other.json"), "utf8")));
      const payload = Buffer.from(request.payload, "base64").toString().replace("gw-", "gw.");
      const changed = {
        ...request,
        payload: Buffer.from(payload.replace('"nonce":"', '"nonce":"0')).toString("base64"),
      };
      for (const [name, content] of [
        ["changed", JSON.stringify(changed)],
        ["garbage", "{"],
        ["huge", " ".repeat(70_000)],
      ] as const) {
        await writeFile(at(name), content);
        const refused = await fleet("grant", "--request", at(name), "--to", at("never.json"), ...URLS);
        expect([name, refused.status, refused.stderr.trim().split("\n").length]).toEqual([name, 1, 1]);
        expect((await edge("other", "import-grant", "--from", at(name))).status).toBe(1);
      }
      const again = await fleet("grant", "--request", at("request.json"), "--to", at("grant.json"), ...URLS);
      expect(again.stderr).toContain("it exists already");
      await symlink(at("request.json"), at("link.json"));
      const overLink = await edge("other", "export-request", "--code", await makeCode("gw-l"), "--to", at("link.json"));
      expect(overLink.stderr).toContain("it exists already");
      expect((await edge("fresh", "export-request", "--to", at("no-code.json"))).status).toBe(1);
    },
    WITHIN_MS,
  );

  it(
    "renews by the old certificate, and is the desk's word where that does not do",
    async () => {
      await edge("box", "export-request", "--to", at("renew.json"));
      expect(await fleet("grant", "--request", at("renew.json"), "--to", at("renewed.json"), ...URLS)).toMatchObject({
        status: 0,
      });
      const taken = await edge("box", "import-grant", "--from", at("renewed.json"));
      expect(JSON.parse(taken.stdout)).toEqual({ kind: "to-be-tried", gatewayId: "gw-far" });
      await fleet("certificate", "revoke", "gw-far", "--reason", "lost");
      await rm(at("box"), { recursive: true });
      const code = await makeCode("gw-later");
      await edge("box", "export-request", "--code", code, "--to", at("lost.json"));
      const refused = await fleet(
        "grant",
        "--request",
        at("lost.json"),
        "--to",
        at("x.json"),
        ...URLS,
        "--approve",
        "../x",
      );
      expect(refused.status).toBe(1);
      const approved = ["--approve", "gw-far"];
      expect(
        await fleet("grant", "--request", at("lost.json"), "--to", at("word.json"), ...URLS, ...approved),
      ).toMatchObject({ status: 0 });
      expect((await edge("box", "import-grant", "--from", at("word.json"))).status).toBe(0);
      expect(await identityOf("box")).toMatchObject({ kind: "claimed", gatewayId: "gw-far" });
    },
    WITHIN_MS,
  );
});
