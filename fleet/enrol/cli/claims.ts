import { readFile } from "node:fs/promises";

import { hardwareSerial } from "@outpost/wire/enrolment.ts";
import { name } from "@outpost/wire/identifiers.ts";
import { InvalidArgumentError, type Command } from "commander";

import { listClaims, makeClaim, MAX_CLAIM_LINES, revokeClaim, type ClaimLine } from "../claims/claim-rows.ts";
import { openAuthority } from "../open-enrolment.ts";
import { authorityOf, type AuthorityOptions } from "./authority-options.ts";
import { withDatabase } from "./database.ts";
import { operator, printJson } from "./output.ts";

const HOUR_MS = 3_600_000;
const MAX_HOURS = 24 * 366;

/** `claim make`, `claim list`, `claim revoke`. */
export function addClaimCommands(program: Command): void {
  const claim = program.command("claim").description("one-time codes that make a box a gateway of this fleet");
  claim
    .command("make")
    .description("make a code and print it; it is shown once")
    .option("--gateway <id>", "the gateway that it makes; without, the box names itself", parseName)
    .option("--serial <number>", "good for this box only", parseSerial)
    .option("--list <file>", "a list, one line a box: serial,gateway")
    .option("--count <n>", "how many of the list may be used; all unless said", parseWhole)
    .option("--hours <n>", "how long it is good", parseHours, 72)
    .option("--label <text>", "what it is for", "")
    .action(async (options: MakeOptions) => {
      const globals = program.opts<AuthorityOptions>();
      const lines = await linesOf(options);
      await withDatabase(globals.state, async ({ pool, log }) => {
        const { root } = await openAuthority(authorityOf(globals), globals.state, pool, log);
        const { label, count: maxUses, hours } = options;
        const expiresAtMs = Date.now() + hours * HOUR_MS;
        const claimed = { label, madeBy: operator(), expiresAtMs, lines, maxUses };
        const made = await makeClaim(pool, claimed, Buffer.from(root.rawData));
        printJson({ ...made, lines: lines.length, expiresAt: new Date(expiresAtMs).toISOString() });
      });
    });
  claim
    .command("list")
    .description("the codes and what became of them, without the codes themselves")
    .action(async () => {
      await withDatabase(program.opts<AuthorityOptions>().state, async ({ pool }) => {
        for (const row of await listClaims(pool)) printJson(row);
      });
    });
  claim
    .command("revoke <id>")
    .description("withdraw a code")
    .action(async (id: string) => {
      await withDatabase(program.opts<AuthorityOptions>().state, async ({ pool }) => {
        if (!(await revokeClaim(pool, id))) throw new Error(`no code that is still good has the id "${id}"`);
        printJson({ revoked: id });
      });
    });
}

interface MakeOptions {
  readonly gateway?: string;
  readonly serial?: string;
  readonly list?: string;
  readonly count?: number;
  readonly hours: number;
  readonly label: string;
}

async function linesOf({ gateway: gatewayId, serial, list, count }: MakeOptions): Promise<readonly ClaimLine[]> {
  if (list === undefined) return [{ gatewayId, serial }];
  if (gatewayId !== undefined || serial !== undefined)
    throw new Error("a list names gateways and serial numbers itself");
  const lines = parseClaimList(await readFile(list, "utf8"));
  if (count !== undefined && count > lines.length) throw new Error(`the list has ${lines.length} lines, not ${count}`);
  return lines;
}

/**
 * Parses a list of boxes, one a line: `serial,gateway`. Blank lines and those that begin with # are left out.
 *
 * @throws Error naming the line that is wrong.
 */
export function parseClaimList(text: string): ClaimLine[] {
  const rows = text.split(/\r?\n/).map((line, index) => ({ line: line.trim(), number: index + 1 }));
  const lines = rows
    .filter(({ line }) => line !== "" && !line.startsWith("#"))
    .map(({ line, number }) => {
      const [first = "", second = "", ...more] = line.split(",").map((part) => part.trim());
      const [serial, gatewayId] = [hardwareSerial.safeParse(first), name.safeParse(second)];
      if (!serial.success || !gatewayId.success || more.length > 0) {
        throw new Error(`line ${number}: expected serial,gateway and found "${line.slice(0, 80)}"`);
      }
      return { serial: serial.data, gatewayId: gatewayId.data };
    });
  if (lines.length === 0 || lines.length > MAX_CLAIM_LINES) throw new Error(`a list has 1 to ${MAX_CLAIM_LINES} lines`);
  for (const key of ["serial", "gatewayId"] as const) {
    if (new Set(lines.map((line) => line[key])).size < lines.length) throw new Error(`a ${key} stands there twice`);
  }
  return lines;
}

function parseName(text: string): string {
  const parsed = name.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("a gateway id has lower-case letters, digits, '.', '_' and '-'");
  return parsed.data;
}

function parseSerial(text: string): string {
  const parsed = hardwareSerial.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError("a serial number has letters, digits, '.', '_', ':' and '-'");
  return parsed.data;
}

function parseWhole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError("expected a whole number from 1");
  return value;
}

function parseHours(text: string): number {
  const value = parseWhole(text);
  if (value > MAX_HOURS) throw new InvalidArgumentError("a code is good for a year at most");
  return value;
}
