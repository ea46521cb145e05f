import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";
import type { z } from "zod";

import { encodeBatch, parseBatch } from "./batch.ts";
import { busy, command, received, welcome } from "./downlink.ts";
import { decommissionOrder, signedDocument } from "./enrolment.ts";
import { encodeMessage, parseMessage } from "./message.ts";
import { wireRecord } from "./records.ts";
import { desired, documentMessage, fetchDocument } from "./site-exchange.ts";
import { unpackText } from "./site-packing.ts";
import { siteDocument } from "./site.ts";
import { DOWNLINK_KINDS, UPLINK_KINDS } from "./topics.ts";
import { hello, notice, presence, reported } from "./uplink.ts";

const GOLDEN = new URL("./golden/v1/", import.meta.url);
const files = readdirSync(GOLDEN);
const schemas: Readonly<Record<string, z.ZodType>> = {
  hello,
  notice,
  presence,
  reported,
  welcome,
  received,
  busy,
  command,
  desired,
  fetch: fetchDocument,
  decommission: signedDocument,
  document: documentMessage,
  site: siteDocument,
};

/** "command-write.json" is a command. */
function kindOf(file: string): string {
  return file.replace(/[-.].*$/, "");
}

describe("golden messages of wire version 1", () => {
  it("there is one of every message and record kind", () => {
    const kinds = new Set(files.map(kindOf));
    expect([...UPLINK_KINDS, ...DOWNLINK_KINDS].filter((kind) => !kinds.has(kind))).toEqual([]);
    const text = files.map((file) => readFileSync(new URL(file, GOLDEN), "utf8")).join("\n");
    const recordKinds = wireRecord.options.map((option) => option.shape.kind.value);
    const orderKinds = command.shape.order.options.map((option) => option.shape.kind.value);
    expect([...recordKinds, ...orderKinds].filter((kind) => !text.includes(`"kind":"${kind}"`))).toEqual([]);
  });

  it.each(files.filter((file) => file.endsWith(".json")))("%s parses, and parses to the same again", (file) => {
    const schema = schemas[kindOf(file)];
    if (schema === undefined) throw new Error(`no schema for ${file}`);
    const message = parseMessage(schema, readFileSync(new URL(file, GOLDEN)));
    if (typeof message !== "object" || message === null) throw new Error(`${file} is no object`);
    expect(parseMessage(schema, encodeMessage(message))).toEqual(message);
  });

  it.each([
    ["desired.json", desired],
    ["document.json", documentMessage],
  ] as const)("%s carries a site document that can be unpacked", (file, schema) => {
    const message: { packed: string; digest: string } = parseMessage(schema, readFileSync(new URL(file, GOLDEN)));
    expect(unpackText(message)).toContain("version: 1");
  });

  it("decommission.json carries an order", () => {
    const { payload } = parseMessage(signedDocument, readFileSync(new URL("decommission.json", GOLDEN)));
    expect(parseMessage(decommissionOrder, Buffer.from(payload, "base64"))).toMatchObject({ gatewayId: "gateway-01" });
  });

  it.each(files.filter((file) => file.endsWith(".txt")))("%s parses, and is encoded byte for byte the same", (file) => {
    const bytes = readFileSync(new URL(file, GOLDEN));
    const { header, rows } = parseBatch(bytes);
    expect(rows.map((row) => row.kind)).toEqual(
      rows.map((row) => (row.body.includes("no such kind") ? "poison" : "record")),
    );
    const { session, epoch, stream, isReplay } = header;
    expect(encodeBatch({ session, epoch, stream, isReplay }, rows).equals(bytes)).toBe(true);
  });
});
