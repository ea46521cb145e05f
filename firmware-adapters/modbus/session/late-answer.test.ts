import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import modbusSerial from "modbus-serial";
import { describe, expect, it } from "vitest";

import { openLink } from "../../links/open-link.ts";
import { serialOverTcp } from "../../links/testing/pty.ts";
import { startUnit } from "../testing/scripted-unit.ts";
import type { ScriptedUnit } from "../testing/scripted-unit.ts";
import { openSession } from "./open-session.ts";

// Why RTU does not go through modbus-serial: its answers carry no mark of the request they belong to, the package
// compares unit, function and length only, and after one late answer every later one is one request behind.

const TIMEOUT_MS = 300;
const ADDRESSES = [100, 200, 300, 400, 500];
const noSocat = missingPeer(SOCAT);
if (noSocat !== undefined) console.warn(`skipped on a pseudo terminal: ${noSocat}`);

/** Answers in turn; the very first answer takes longer than anybody waits. */
async function slowStarter(): Promise<ScriptedUnit> {
  return await startUnit({
    framing: "rtu",
    thinksMs: 5,
    behave: (_, count) => (count === 1 ? { kind: "late", delayMs: TIMEOUT_MS * 1.3 } : { kind: "answer" }),
  });
}

const LINES = [
  { line: "a serial server", needsSocat: false },
  { line: "a serial line", needsSocat: true },
] as const;

/** What each address was answered with; undefined where the read failed. */
type Answers = Map<number, number | undefined>;

const isWrong = ([address, value]: readonly [number, number | undefined]): boolean =>
  value !== undefined && value !== address + 1_000;

for (const { line, needsSocat } of LINES) {
  describe.skipIf(needsSocat && noSocat !== undefined)(`RTU on ${line}`, () => {
    it("modbus-serial takes each late answer for the next one's, without an error", async () => {
      await using unit = await slowStarter();
      await using client = await foreignClient(unit, needsSocat);
      const answers: Answers = new Map();
      for (const address of ADDRESSES) answers.set(address, await client.read(address));
      expect([...answers].slice(0, 3)).toEqual([
        [100, undefined],
        [200, 1_100],
        [300, 1_200],
      ]);
      expect([...answers].filter(isWrong).length).toBe(4);
    });

    it("modbus-serial gives a concurrent caller another one's register", async () => {
      await using unit = await startUnit({ framing: "rtu", thinksMs: 5 });
      await using client = await foreignClient(unit, needsSocat);
      const all = await Promise.all(
        [0, 1, 2, 3].map(async (address) => [address, await client.read(address)] as const),
      );
      expect(all.filter(isWrong).length).toBeGreaterThan(0);
    });

    it("our session never takes a late answer for another one's", async () => {
      await using unit = await slowStarter();
      await using own = await ownSession(unit, needsSocat);
      const answers: Answers = new Map();
      for (const address of ADDRESSES) answers.set(address, await own.read(address));
      expect([...answers]).toEqual([
        [100, undefined],
        [200, 1_200],
        [300, 1_300],
        [400, 1_400],
        [500, 1_500],
      ]);
    });

    it("our session gives each concurrent caller its own register", async () => {
      await using unit = await startUnit({ framing: "rtu", thinksMs: 5 });
      await using own = await ownSession(unit, needsSocat);
      expect(await Promise.all([0, 1, 2, 3].map((address) => own.read(address)))).toEqual([1_000, 1_001, 1_002, 1_003]);
    });
  });
}

interface Reader extends AsyncDisposable {
  /** @returns the register, or undefined after an error. */
  read(address: number): Promise<number | undefined>;
}

async function foreignClient(unit: ScriptedUnit, needsSerial: boolean): Promise<Reader> {
  const stack = new AsyncDisposableStack();
  const client = new modbusSerial.default();
  if (needsSerial) await client.connectRTUBuffered(stack.use(await serialOverTcp(unit.port)).path, { baudRate: 9600 });
  // Its name for RTU inside a TCP connection; what it calls TcpRTUBuffered sends Modbus TCP headers.
  else await client.connectTelnet("127.0.0.1", { port: unit.port });
  stack.defer(() => new Promise<void>((resolve) => client.close(() => resolve())));
  client.setID(1);
  client.setTimeout(TIMEOUT_MS);
  return {
    read: async (address) => (await client.readInputRegisters(address, 1).catch(() => undefined))?.data[0],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

async function ownSession(unit: ScriptedUnit, needsSerial: boolean): Promise<Reader> {
  const stack = new AsyncDisposableStack();
  const deps = { clock: systemClock, log: silentLog };
  const path = needsSerial ? stack.use(await serialOverTcp(unit.port)).path : "";
  const link = stack.use(
    needsSerial
      ? openLink(
          { id: "line", kind: "serial", path, baudRate: 9600, parity: "none", dataBits: 8, stopBits: 1, gapMs: 5 },
          deps,
        )
      : openLink({ id: "line", kind: "serial-server", host: "127.0.0.1", port: unit.port, gapMs: 5 }, deps),
  );
  const session = await openSession(link, { unitId: 1, timeoutMs: TIMEOUT_MS }, systemClock);
  const never = new AbortController().signal;
  return {
    read: async (address) => {
      const request = { table: "input-register", address, count: 1 } as const;
      return (await session.read(request, "poll", never).catch(() => undefined))?.[0];
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
