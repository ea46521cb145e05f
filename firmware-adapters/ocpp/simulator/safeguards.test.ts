import { execFileSync } from "node:child_process";
import { constants, createPrivateKey, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

import { eventually } from "../../testing/fake-deps.ts";
import type { OcppVersion } from "../words.ts";
import { Street, TAG } from "./testing/simulated-street.ts";

const VERSIONS: readonly OcppVersion[] = ["ocpp1.6", "ocpp2.0.1"];
const KEY = "0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF";
const FIRMWARE = Buffer.from("the new firmware of a charge point ".repeat(100));
const never = new AbortController().signal;

type Given = Readonly<Record<string, string | number | boolean>>;
type Details = Readonly<Record<string, unknown>>;

let directory: string;
const file = (name: string): string => join(directory, name);
const read = async (name: string): Promise<string> => await readFile(file(name), "utf8");

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}

/** An authority, and a certificate that it has signed. */
async function makeAuthority(name: string, newKey: readonly string[]): Promise<void> {
  const root = ["-keyout", file(`${name}-root.key`), "-out", file(`${name}-root.crt`)];
  openssl("req", "-x509", ...newKey, "-nodes", "-days", "2", "-subj", `/CN=${name} root`, ...root);
  const request = ["-keyout", file(`${name}.key`), "-out", file(`${name}.csr`)];
  openssl("req", ...newKey, "-nodes", "-subj", `/CN=${name} firmware`, ...request);
  const by = ["-CA", file(`${name}-root.crt`), "-CAkey", file(`${name}-root.key`), "-CAcreateserial"];
  openssl("x509", "-req", "-in", file(`${name}.csr`), ...by, "-days", "2", "-out", file(`${name}.crt`));
}

const EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"];
const RSA = ["-newkey", "rsa:2048"];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "outpost-ocpp-safeguards-"));
  await makeAuthority("maker", EC);
  await makeAuthority("rsa-maker", RSA);
  await makeAuthority("stranger", EC);
});
afterAll(async () => {
  await rm(directory, { recursive: true });
});

/** Where a station fetches its firmware. */
async function firmwareServer() {
  const server = createServer((request, response) => {
    if (request.url === "/firmware.bin") response.end(FIRMWARE);
    else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it listens on a port
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/firmware.bin`,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function signatureBy(name: string, of: Buffer = FIRMWARE): Promise<string> {
  const key = createPrivateKey(await read(`${name}.key`));
  const padding = key.asymmetricKeyType === "rsa" ? { padding: constants.RSA_PKCS1_PSS_PADDING } : {};
  return sign("sha256", of, { key, ...padding }).toString("base64");
}

async function call(street: Street, methodId: string, given: Given = {}) {
  return await street.device.execute({ kind: "call", methodId, arguments: given, actor: "ann" }, never);
}

function recorded(street: Street, name: string): readonly Details[] {
  return street.firstDeps.events.flatMap((event) =>
    event.kind === "occurrence" && event.name === name ? [event.details] : [],
  );
}

async function update(street: Street, url: string, certificate: string, signature: string) {
  return await call(street, "update-firmware", { url, at: new Date().toISOString(), certificate, signature });
}

/** What its firmware has been told to be at, in order. */
function steps(street: Street): readonly unknown[] {
  return recorded(street, "firmware-status").map(({ status }) => status);
}

/** No message of either side was other than the standard has it. */
function expectToTheStandard(street: Street): void {
  expect(street.station.state()).toMatchObject({ line: { deviations: [] } });
  expect(street.firstDeps.last("tolerated")?.reading).toEqual({ quality: "good", value: 0 });
}

describe.each(VERSIONS)("a %s charge point's firmware", (version) => {
  const open = async (): Promise<Street> => {
    const street = await Street.open({ version });
    await street.settled();
    for (const name of ["maker-root", "rsa-maker-root"]) {
      const certificate = await read(`${name}.crt`);
      expect(await call(street, "install-certificate", { use: "manufacturer", certificate })).toMatchObject({
        kind: "done",
      });
    }
    return street;
  };

  it.each(["maker", "rsa-maker"])("is installed where the %s has signed it (TC_080, L01)", async (name) => {
    await using street = await open();
    await using server = await firmwareServer();
    const outcome = await update(street, server.url, await read(`${name}.crt`), await signatureBy(name));
    expect(outcome).toMatchObject({ kind: "done", detail: expect.stringContaining("Accepted") });
    await eventually("the end", () => steps(street).includes("Installed"));
    expect(steps(street)).toEqual(["Downloading", "Downloaded", "SignatureVerified", "Installing", "Installed"]);
    expectToTheStandard(street);
  });

  it("is thrown away where its signature is of other bytes (TC_081, L01)", async () => {
    await using street = await open();
    await using server = await firmwareServer();
    const wrong = await signatureBy("maker", Buffer.from("other firmware"));
    expect(await update(street, server.url, await read("maker.crt"), wrong)).toMatchObject({ kind: "done" });
    await eventually("the event", () => recorded(street, "security-event").length > 0);
    expect(steps(street)).toEqual(["Downloading", "Downloaded", "InvalidSignature"]);
    expect(recorded(street, "security-event")).toMatchObject([{ type: "InvalidFirmwareSignature" }]);
    expectToTheStandard(street);
  });

  it("is not even fetched where the certificate is nobody's it trusts (L01)", async () => {
    await using street = await open();
    await using server = await firmwareServer();
    const outcome = await update(street, server.url, await read("stranger.crt"), await signatureBy("stranger"));
    expect(outcome).toMatchObject({ kind: "refused", detail: expect.stringContaining("InvalidCertificate") });
    await eventually("the event", () => recorded(street, "security-event").length > 0);
    expect(recorded(street, "security-event")).toMatchObject([{ type: "InvalidFirmwareSigningCertificate" }]);
    expect(steps(street)).toEqual([]);
    expectToTheStandard(street);
  });

  it("fails to come from where it is not (TC_044_2)", async () => {
    await using street = await open();
    await using server = await firmwareServer();
    const url = `${server.url}.none`;
    expect(await update(street, url, await read("maker.crt"), await signatureBy("maker"))).toMatchObject({
      kind: "done",
    });
    await eventually("the end", () => steps(street).includes("DownloadFailed"));
    expectToTheStandard(street);
  });
});

describe.each(VERSIONS)("a %s charge point's safeguards", (version) => {
  it("TC_075, TC_076, M03 to M05: roots are installed, named and deleted", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    const certificate = await read("maker-root.crt");
    const install = async (use: string, pem: string) =>
      await call(street, "install-certificate", { use, certificate: pem });
    expect(await call(street, "installed-certificates", { use: "csms" })).toMatchObject({ kind: "refused" });
    expect(await install("csms", certificate)).toMatchObject({ kind: "done" });
    expect(await install("manufacturer", await read("rsa-maker-root.crt"))).toMatchObject({ kind: "done" });
    // What is no root is refused, and so is a use that nobody has.
    expect(await install("csms", await read("maker.crt"))).toMatchObject({ reason: "refused-by-device" });
    expect(await install("weather", certificate)).toMatchObject({ reason: "bad-arguments" });
    for (const use of ["csms", "manufacturer"]) {
      expect(await call(street, "installed-certificates", { use })).toMatchObject({ kind: "done" });
    }
    const [first, second] = recorded(street, "installed-certificate");
    expect(second).toMatchObject({ use: "manufacturer", hashAlgorithm: "SHA256" });
    const { use, ...named } = z.record(z.string(), z.string()).parse(first);
    expect(use).toBe("csms");
    expect(await call(street, "delete-certificate", named)).toMatchObject({ kind: "done" });
    expect(await call(street, "delete-certificate", named)).toMatchObject({
      detail: expect.stringContaining("NotFound"),
    });
    expect(await call(street, "installed-certificates", { use: "csms" })).toMatchObject({ kind: "refused" });
    expectToTheStandard(street);
  });

  it("TC_074, A02: a certificate of its own is asked for, signed by the site's authority, and taken", async () => {
    const authority = { certFile: file("maker-root.crt"), keyFile: file("maker-root.key") };
    await using street = await Street.open({ version, site: { authority } });
    await street.settled();
    expect(await call(street, "renew-certificate")).toMatchObject({ kind: "done" });
    await eventually("the certificate", () => recorded(street, "certificate-signed").length > 0);
    expect(recorded(street, "certificate-signed")).toMatchObject([{ outcome: "done" }]);
    // It calls anew with it.
    await eventually("the new call", () => /"connects":2/.test(JSON.stringify(street.station.state())));
    expectToTheStandard(street);
  });

  it("A03: nobody signs where the site has no authority", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    const called = (): number => lineState.parse(street.station.state()).line.called;
    const before = called();
    expect(await call(street, "renew-certificate")).toMatchObject({ kind: "done" });
    // Whatever it says after its request, and the answer to that, is after the answer to the request.
    await eventually("the request", () => called() > before);
    expect(await call(street, "clear-cache")).toMatchObject({ kind: "done" });
    expect(recorded(street, "certificate-signed")).toEqual([]);
  });

  it("TC_073, A01: gets a new password, which nobody types; the older one is wrong after that", async () => {
    const device = { securityProfile: 1, authorizationKey: KEY };
    await using street = await Street.open({ version, device, station: { key: KEY } });
    await street.settled();
    const before = street.firstDeps.memory.rows.get("passwords");
    expect(before).toBeUndefined();
    const outcome = await call(street, "new-password");
    expect(outcome).toMatchObject({ kind: "done" });
    const kept = () => passwords.parse(JSON.parse(street.firstDeps.memory.rows.get("passwords") ?? "{}"));
    await eventually("the call with it", () => street.station.isAccepted && kept().next === undefined && kept());
    expect(kept().own).toMatch(/^[0-9a-f]{40}$/);
    expect(JSON.stringify([outcome, street.firstDeps.events])).not.toContain(kept().own);
    street.station.cut(0);
    await eventually("another call", () => street.station.isAccepted);
    expectToTheStandard(street);
  });

  it("TC_079, N01: uploads its security log", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    const given = { url: "ftp://files.example/", isSecurity: true };
    expect(await call(street, "get-log", given)).toMatchObject({ kind: "done" });
    await eventually("its steps", () => recorded(street, "log-status").length === 2);
    expect(recorded(street, "log-status")).toMatchObject([
      { action: "LogStatusNotification", status: "Uploading" },
      { action: "LogStatusNotification", status: "Uploaded" },
    ]);
    expectToTheStandard(street);
  });

  it("TC_053, H01: what is reserved for a group is for each of its cards, and for nobody else", async () => {
    const group = { parentIdTag: "FLEET" };
    const idTags = [{ idTag: TAG }, { idTag: "VAN1", ...group }, { idTag: "VAN2", ...group }];
    await using street = await Street.open({ version, site: { idTags } });
    await street.settled();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const given = { connector: 1, idTag: "OTHER", until, reservation: 7, ...group };
    expect(await call(street, "reserve", given)).toMatchObject({ kind: "done" });
    street.station.plug(1);
    expect(await street.station.swipe(1, TAG)).toBe("refused");
    expect(await street.station.swipe(1, "VAN2")).toBe("started");
    await eventually("the start", () => street.committed().find(({ name }) => name === "transaction-started"));
    expectToTheStandard(street);
  });
});

const passwords = z.object({ own: z.string(), next: z.string().optional() });
const lineState = z.object({ line: z.object({ called: z.number() }) });
