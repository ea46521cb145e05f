import "reflect-metadata";
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";

import { parseClaimText, pinOf } from "@outpost/wire/claim-code.ts";
import { connection, EST_PATH } from "@outpost/wire/enrolment.ts";
import { X509Certificate } from "@peculiar/x509";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startTestPostgres, type TestPostgres } from "../../store/testing/postgres.ts";
import { openForeignAuthority } from "../authority/open-authority.ts";
import { listCertificates } from "../certificates/certificate-rows.ts";
import { listClaims, revokeClaim } from "../claims/claim-rows.ts";
import { decideRequest, listRequests } from "../requests.ts";
import { certificateOf, makeKey } from "../testing/box.ts";
import { openEnrolRig, PASSPHRASE, type EnrolRig } from "../testing/rig.ts";

const DAY_MS = 86_400_000;
const run = promisify(execFile);

let server: TestPostgres;
let rig: EnrolRig;
let folder = "";
beforeAll(async () => {
  server = await startTestPostgres();
  folder = await mkdtemp(join(tmpdir(), "outpost-est-"));
  rig = await openEnrolRig({ databaseUrl: await server.createDatabase() });
});
afterAll(async () => {
  await rig[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const at = (name: string): string => join(folder, name);
const openssl = async (...args: string[]) => await run("openssl", args, { cwd: folder });

describe("a stranger's tools: openssl and curl", () => {
  it("read the roots, enrol with a code, and renew with the certificate", async () => {
    const url = `https://127.0.0.1:${rig.port}${EST_PATH}`;
    await writeFile(at("ca.pem"), rig.ca);
    const { code } = await rig.claim({ lines: [{ gatewayId: "gw-openssl" }] });
    const pkcs7 = async (name: string): Promise<string> => {
      const { stdout } = await run("sh", ["-c", `base64 -d ${at(name)} | openssl pkcs7 -inform DER -print_certs`]);
      return stdout;
    };
    await run("curl", ["-sSf", "--cacert", at("ca.pem"), "-o", at("cacerts"), `${url}/cacerts`]);
    expect(await pkcs7("cacerts")).toContain(rig.ca.trim());

    const key = at("key.pem");
    await run("openssl", ["ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", key]);
    await run("openssl", ["req", "-new", "-key", key, "-subj", "/CN=gw-openssl", "-outform", "DER", "-out", at("csr")]);
    await run("sh", ["-c", `base64 ${at("csr")} > ${at("csr.b64")}`]);
    const post = ["--data-binary", `@${at("csr.b64")}`, "-H", "content-type: application/pkcs10", "-D", at("head")];
    const secret = parseClaimText(code)?.code.secret ?? "";
    const login = ["-u", `-:${secret}`, "-o", at("enrolled"), `${url}/simpleenroll`];
    await run("curl", ["-sSf", "--cacert", at("ca.pem"), ...post, ...login]);
    expect(await readFile(at("head"), "utf8")).toMatch(/content-type: application\/pkcs7-mime; smime-type=certs-only/);
    await writeFile(at("cert.pem"), await pkcs7("enrolled"));
    const verified = execFileSync("openssl", [
      "verify",
      "-CAfile",
      at("ca.pem"),
      "-purpose",
      "sslclient",
      at("cert.pem"),
    ]);
    expect(verified.toString()).toContain("OK");
    expect((await run("openssl", ["x509", "-in", at("cert.pem"), "-noout", "-subject"])).stdout).toContain(
      "CN = gw-openssl",
    );

    const client = ["--cert", at("cert.pem"), "--key", key, "-o", at("renewed"), `${url}/simplereenroll`];
    await run("curl", ["-sSf", "--cacert", at("ca.pem"), ...post, ...client]);
    expect(await pkcs7("renewed")).toContain("BEGIN CERTIFICATE");
  });
});

describe("a claim code", () => {
  it("gives one certificate of ninety days, for a client, with the gateway's name", async () => {
    const { code } = await rig.claim({ lines: [{ gatewayId: "gw-once" }] });
    const identity = await rig.box.claim(code, "gw-once");
    const certificate = new X509Certificate(identity.cert);
    expect(certificate.subject).toBe("CN=gw-once");
    expect(certificate.notAfter.getTime() - Date.now()).toBeGreaterThan(89.9 * DAY_MS);
    expect(certificate.notAfter.getTime() - Date.now()).toBeLessThan(90.1 * DAY_MS);
    const told = connection.parse(JSON.parse((await rig.box.connection(identity)).body));
    expect(told).toEqual({ v: 1, gatewayId: "gw-once", mqttUrl: "mqtts://127.0.0.1:8883" });
    expect(parseClaimText(code)?.code.pin).toBe(pinOf(Buffer.from(rig.authority.root.rawData)));
  });

  it("is refused to whoever comes second, also in the same moment; the first may ask again for the same key", async () => {
    const { code } = await rig.claim({ lines: [{ gatewayId: "gw-race" }] });
    const keys = await Promise.all(Array.from({ length: 8 }, () => makeKey("gw-race")));
    const answers = await Promise.all(keys.map(({ csr }) => rig.box.enrol(code, csr)));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(403)]);
    const winner = answers.findIndex(({ status }) => status === 200);
    const again = await rig.box.enrol(code, keys[winner]?.csr ?? "");
    expect(again.body).toBe(answers[winner]?.body);
    expect(await listCertificates(rig.pool, "gw-race")).toHaveLength(1);
  });

  it("is refused when it has run out, was withdrawn, is for another box or another gateway", async () => {
    const claim = async (code: string, id: string | undefined, serial?: string) => {
      const { status, headers } = await rig.box.enrol(code, (await makeKey(id)).csr, serial);
      return [status, headers["outpost-refusal"]];
    };
    const late = await rig.claim({ expiresAtMs: Date.now() - 1 });
    expect(await claim(late.code, "gw-a")).toEqual([403, "expired"]);
    const gone = await rig.claim();
    expect(await revokeClaim(rig.pool, gone.id)).toBe(true);
    expect(await claim(gone.code, "gw-a")).toEqual([403, "withdrawn"]);
    const bound = await rig.claim({ lines: [{ gatewayId: "gw-b", serial: "SN-1" }] });
    expect(await claim(bound.code, "gw-b", "SN-2")).toEqual([403, "other-serial"]);
    expect(await claim(bound.code, "gw-b")).toEqual([403, "other-serial"]);
    expect(await claim(bound.code, "gw-c", "SN-1")).toEqual([403, "other-gateway"]);
    expect(await claim(bound.code, undefined, "SN-1")).toEqual([200, undefined]);
    const open = await rig.claim();
    expect(await claim(open.code, "gw-b")).toEqual([403, "name-taken"]);
    expect(await claim(open.code, undefined)).toEqual([403, "no-name"]);
  });

  it("of a bulk list is good once for each serial number in it, and so often in all", async () => {
    const lines = ["A", "B", "C"].map((end) => ({ gatewayId: `gw-bulk-${end.toLowerCase()}`, serial: `SN-${end}` }));
    const { id, code } = await rig.claim({ lines, maxUses: 2 });
    const enrol = async (serial: string): Promise<number> =>
      (await rig.box.enrol(code, (await makeKey(undefined)).csr, serial)).status;
    expect(await enrol("SN-A")).toBe(200);
    expect(await enrol("SN-A")).toBe(403);
    expect(await enrol("SN-C")).toBe(200);
    expect(await enrol("SN-B")).toBe(403);
    const row = (await listClaims(rig.pool)).find((one) => one.id === id);
    expect(row).toMatchObject({ useCount: 2, maxUses: 2 });
    expect(row?.lines.map((line) => line.usedAtMs !== null)).toEqual([true, false, true]);
  });

  it("that is guessed at makes its source wait, and nobody finds the secret in the database", async () => {
    await using other = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    const { code } = await other.claim({ lines: [{ gatewayId: "gw-guess" }] });
    const { csr } = await makeKey("gw-guess");
    const statuses: number[] = [];
    for (let guess = 0; guess < 14; guess += 1) {
      statuses.push((await other.box.enrol(String(guess).padStart(16, "0"), csr)).status);
    }
    expect(statuses.slice(0, 10)).toEqual(Array(10).fill(401));
    expect(statuses.slice(10)).toContain(429);
    expect((await other.box.enrol(code, csr)).status).toBe(429);
    const { rows } = await other.pool.query("select * from claim");
    expect(JSON.stringify(rows)).not.toContain(parseClaimText(code)?.code.secret);
  });

  it("for a gateway that has a certificate replaces the box: the old certificates are revoked", async () => {
    const first = await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-swap" }] })).code, "gw-swap");
    const second = await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-swap" }] })).code, "gw-swap");
    expect((await rig.box.connection(first)).status).toBe(403);
    expect((await rig.box.connection(second)).status).toBe(200);
  });
});

describe("a certificate", () => {
  it("is renewed for its own name only, and the same key gets the same certificate again", async () => {
    const identity = await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-renew" }] })).code, "gw-renew");
    const next = await makeKey("gw-renew");
    const answer = await rig.box.renew(identity, next.csr);
    expect(answer.status).toBe(200);
    expect((await rig.box.renew(identity, next.csr)).body).toBe(answer.body);
    const renewed = { key: next.keyPem, cert: certificateOf(answer) };
    expect((await rig.box.connection(renewed)).status).toBe(200);
    expect((await rig.box.connection(identity)).status).toBe(200);
    expect((await rig.box.renew(identity, (await makeKey("gw-once")).csr)).status).toBe(403);
    expect((await rig.box.renew({ key: "", cert: "" }, next.csr)).status).toBe(401);
  });

  it("that ran out is renewed by itself for a year, and after that by the desk", async () => {
    await using old = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    old.aheadMs = -200 * DAY_MS;
    const claim = { lines: [{ gatewayId: "gw-late" }] };
    const identity = await old.box.claim((await old.claim(claim)).code, "gw-late");
    old.aheadMs = 0;
    // Ninety days that began two hundred days ago: it has run out on every clock.
    expect(new X509Certificate(identity.cert).notAfter.getTime()).toBeLessThan(Date.now());
    expect((await old.box.connection(identity)).status).toBe(403);
    expect((await old.box.renew(identity, (await makeKey("gw-late")).csr)).status).toBe(200);
    old.aheadMs = 300 * DAY_MS;
    const next = await makeKey("gw-late");
    const asked = await old.box.renew(identity, next.csr);
    expect([asked.status, asked.headers["retry-after"]]).toEqual([202, "60"]);
    const [waiting] = await listRequests(old.pool);
    expect(waiting).toMatchObject({ gatewayId: "gw-late", state: "pending", source: "127.0.0.1" });
    await decideRequest(old.pool, waiting?.id ?? "", { state: "approved", by: "li" });
    expect((await old.box.renew(identity, next.csr)).status).toBe(200);
  });

  it("that was revoked opens nothing; the desk may let its holder in again, or refuse", async () => {
    const identity = await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-lost" }] })).code, "gw-lost");
    await rig.enrolment.revoke({ gatewayId: "gw-lost" }, { by: "wang", reason: "stolen" });
    expect((await rig.box.connection(identity)).status).toBe(403);
    const [first, second] = [await makeKey("gw-lost"), await makeKey("gw-lost")];
    for (const { csr } of [first, second]) expect((await rig.box.renew(identity, csr)).status).toBe(202);
    const waiting = (await listRequests(rig.pool)).filter((one) => one.gatewayId === "gw-lost");
    expect(waiting).toHaveLength(2);
    const [later, earlier] = waiting.toSorted((a, b) => b.askedAtMs - a.askedAtMs);
    await decideRequest(rig.pool, earlier?.id ?? "", { state: "approved", by: "li" });
    await decideRequest(rig.pool, later?.id ?? "", { state: "refused", by: "li" });
    expect((await rig.box.renew(identity, second.csr)).status).toBe(403);
    const back = await rig.box.renew(identity, first.csr);
    expect(back.status).toBe(200);
    expect((await rig.box.connection({ key: first.keyPem, cert: certificateOf(back) })).status).toBe(200);
    expect(
      (await listRequests(rig.pool)).filter((one) => one.gatewayId === "gw-lost" && one.state === "pending"),
    ).toEqual([]);
  });

  it("issued after the backup that the database was restored from still opens the door", async () => {
    const identity = await rig.box.claim((await rig.claim({ lines: [{ gatewayId: "gw-kept" }] })).code, "gw-kept");
    await rig.pool.query("delete from certificate where gateway_id = 'gw-kept'");
    expect((await rig.box.connection(identity)).status).toBe(200);
    expect(await listCertificates(rig.pool, "gw-kept")).toHaveLength(1);
  });
});

describe("an intruder", () => {
  it("gets nothing without a certificate, with one of another authority, or with the fleet's own server certificate", async () => {
    expect((await rig.box.connection({})).status).toBe(403);
    await using other = await openEnrolRig({ databaseUrl: await server.createDatabase() });
    const foreign = await other.box.claim((await other.claim({ lines: [{ gatewayId: "gw-once" }] })).code, "gw-once");
    expect((await rig.box.connection(foreign)).status).toBe(403);
    expect((await rig.box.renew(foreign, (await makeKey("gw-once")).csr)).status).toBe(403);
    const { key, cert } = rig.identity.options;
    expect((await rig.box.connection({ key, cert })).status).toBe(403);
  });

  it.each(["gw-x,CN=FLEET", "FLEET", "../../etc/passwd", "gw/x", "gw+x", "gw#", "", " ", "gw-x\u0000", "GW-X"])(
    "cannot have the name %j",
    async (name) => {
      const { code } = await rig.claim();
      const answer = await rig.box.enrol(code, (await makeKey(name)).csr);
      expect(answer.status).toBe(name === "" ? 403 : 400);
    },
  );

  it("is refused with a body that is no request, a stolen request, or one that is too large", async () => {
    const { code } = await rig.claim();
    const { csr } = await makeKey("gw-bad");
    const der = Buffer.from(csr, "base64");
    der[der.length - 5] = (der[der.length - 5] ?? 0) ^ 1;
    for (const body of ["", "%%%", "AAAA", Buffer.alloc(9_000).toString("base64"), der.toString("base64")]) {
      expect((await rig.box.enrol(code, body)).status).toBe(400);
    }
    expect((await rig.box.enrol(code, "A".repeat(70_000))).status).toBe(413);
    const rsa = await run("sh", [
      "-c",
      `openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=gw-rsa -outform DER 2>/dev/null | base64`,
    ]);
    expect((await rig.box.enrol(code, rsa.stdout)).status).toBe(400);
    const headers = { "content-type": "application/json" };
    expect((await rig.box.ask(`${EST_PATH}/simpleenroll`, { method: "POST", headers }, "{}")).status).toBe(415);
    expect((await rig.box.enrol(code, csr, "../../../etc/shadow")).status).toBe(200);
  });

  it("that sends its body a byte at a time is let go", async () => {
    await using slow = await openEnrolRig({ databaseUrl: await server.createDatabase(), requestWithinMs: 1_000 });
    const socket = connectTls({ port: slow.port, host: "127.0.0.1", ca: slow.ca });
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    const closed = once(socket, "close");
    socket.resume();
    socket.write(
      `POST ${EST_PATH}/simpleenroll HTTP/1.1\r\nhost: x\r\ncontent-type: application/pkcs10\r\ncontent-length: 1000\r\n\r\n`,
    );
    const drip = setInterval(() => socket.write("A"), 100);
    await closed;
    clearInterval(drip);
    expect((await slow.box.ask(`${EST_PATH}/cacerts`)).status).toBe(200);
  });
});

describe("an authority from elsewhere", () => {
  it("signs with its intermediate, and its root is what gateways trust", async () => {
    await openssl(
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:prime256v1",
      "-nodes",
      "-days",
      "30",
      "-subj",
      "/CN=District root",
      "-keyout",
      at("root.key"),
      "-out",
      at("root.pem"),
    );
    await openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-passout",
      `pass:${PASSPHRASE}`,
      "-subj",
      "/CN=Outpost issuing",
      "-keyout",
      at("mid.key"),
      "-out",
      at("mid.csr"),
    );
    await writeFile(
      at("ca.ext"),
      "basicConstraints=critical,CA:true,pathlen:0\nkeyUsage=critical,keyCertSign,cRLSign\n",
    );
    await openssl(
      "x509",
      "-req",
      "-in",
      at("mid.csr"),
      "-CA",
      at("root.pem"),
      "-CAkey",
      at("root.key"),
      "-CAcreateserial",
      "-days",
      "20",
      "-extfile",
      at("ca.ext"),
      "-out",
      at("mid.pem"),
    );
    await writeFile(
      at("chain.pem"),
      (await readFile(at("mid.pem"), "utf8")) + (await readFile(at("root.pem"), "utf8")),
    );
    const files = { chainFile: at("chain.pem"), keyFile: at("mid.key") };
    const authority = async () => await openForeignAuthority(files, PASSPHRASE);
    await using district = await openEnrolRig({ databaseUrl: await server.createDatabase(), authority });
    const { code } = await district.claim({ lines: [{ gatewayId: "gw-district" }] });
    const identity = await district.box.claim(code, "gw-district");
    expect((await district.box.connection(identity)).status).toBe(200);
    await writeFile(at("gw.pem"), identity.cert);
    const { stdout } = await openssl("verify", "-CAfile", at("root.pem"), "-untrusted", at("mid.pem"), at("gw.pem"));
    expect(stdout).toContain("OK");
    const broken = { chainFile: at("root.pem"), keyFile: at("mid.key") };
    await expect(openForeignAuthority(broken, PASSPHRASE)).rejects.toMatchObject({ code: "enrol/authority" });
    await expect(openForeignAuthority(files, "another passphrase")).rejects.toMatchObject({ code: "enrol/authority" });
  });
});
