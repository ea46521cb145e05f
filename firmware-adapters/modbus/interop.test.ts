import { systemClock } from "@outpost/kernel/clock.ts";
import { freePort } from "@outpost/kernel/free-ports.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { LIBMODBUS, PYMODBUS, SOCAT, missingPeer } from "@outpost/kernel/testing/peers.ts";
import type { Peer } from "@outpost/kernel/testing/peers.ts";
import { describe, expect, it } from "vitest";

import { openLink } from "../links/open-link.ts";
import type { LineSettings } from "../links/settings.ts";
import { serialPair } from "../links/testing/pty.ts";
import { openSession } from "./session/open-session.ts";
import type { Session } from "./session/session.ts";
import { startPythonScript } from "./testing/python-script.ts";

const LIBMODBUS_SERVER = new URL("bench/libmodbus-server.py", import.meta.url);
const PYMODBUS_SERVER = new URL("testing/pymodbus-server.py", import.meta.url);
const never = new AbortController().signal;
const numbers = (address: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => address + index + 1_000);

/** A unit of another maker: every register holds its address plus 1000, every third bit is set. */
interface Foreign extends AsyncDisposable {
  readonly link: LineSettings;
}

async function libmodbusTcp(): Promise<Foreign> {
  const server = await startPythonScript(LIBMODBUS_SERVER, ["0"]);
  const link: LineSettings = { id: "line", kind: "tcp", host: "127.0.0.1", port: Number(server.firstLine) };
  return { link, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** libmodbus at one end of a pair of pseudo terminals, our serial port at the other. */
async function libmodbusRtu(): Promise<Foreign> {
  const stack = new AsyncDisposableStack();
  const pair = stack.use(await serialPair());
  stack.use(await startPythonScript(LIBMODBUS_SERVER, ["--rtu", pair.far]));
  const line = { baudRate: 9_600, parity: "none", dataBits: 8, stopBits: 1, gapMs: 5 } as const;
  const link: LineSettings = { id: "line", kind: "serial", path: pair.near, ...line };
  return { link, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

async function pymodbus(framing: "tcp" | "rtu-tcp"): Promise<Foreign> {
  const port = await freePort();
  const server = await startPythonScript(PYMODBUS_SERVER, [framing, String(port)]);
  const address = { id: "line", host: "127.0.0.1", port };
  const link: LineSettings =
    framing === "tcp" ? { ...address, kind: "tcp" } : { ...address, kind: "serial-server", gapMs: 2 };
  return { link, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const FOREIGN: readonly { name: string; peers: readonly Peer[]; start: () => Promise<Foreign>; isStrict: boolean }[] = [
  { name: "libmodbus over TCP", peers: [LIBMODBUS], start: libmodbusTcp, isStrict: false },
  { name: "libmodbus over RTU", peers: [LIBMODBUS, SOCAT], start: libmodbusRtu, isStrict: true },
  { name: "pymodbus over TCP", peers: [PYMODBUS], start: () => pymodbus("tcp"), isStrict: true },
  { name: "pymodbus over RTU in TCP", peers: [PYMODBUS], start: () => pymodbus("rtu-tcp"), isStrict: true },
];

for (const { name, peers, start, isStrict } of FOREIGN) {
  const missing = peers.map(missingPeer).find((reason) => reason !== undefined);
  if (missing !== undefined) console.warn(`skipped against ${name}: ${missing}`);

  describe.skipIf(missing !== undefined)(`against ${name}`, () => {
    it("reads, writes and is refused", async () => {
      await using foreign = await start();
      await using link = openLink(foreign.link, { clock: systemClock, log: silentLog });
      const session = await openSession(link, { unitId: 1, timeoutMs: 2_000 }, systemClock);
      await untilAnswered(session);

      const registers = { table: "holding-register", address: 100, count: 125 } as const;
      expect([...(await session.read(registers, "poll", never))]).toEqual(numbers(100, 125));
      const inputs = { table: "input-register", address: 7, count: 1 } as const;
      expect([...(await session.read(inputs, "poll", never))]).toEqual([1_007]);
      const bits = await session.read({ table: "discrete-input", address: 3, count: 1_500 }, "poll", never);
      expect([...bits]).toEqual(Array.from({ length: 1_500 }, (_, index) => (index % 3 === 0 ? 1 : 0)));

      await session.write({ kind: "coil", address: 1, value: true }, "command", never);
      await session.write({ kind: "registers", address: 10, words: [0xbeef] }, "command", never);
      await session.write({ kind: "registers", address: 11, words: [1, 2] }, "command", never);
      expect([...(await session.read({ table: "coil", address: 0, count: 3 }, "poll", never))]).toEqual([1, 1, 0]);
      const written = await session.read({ table: "holding-register", address: 10, count: 3 }, "poll", never);
      expect([...written]).toEqual([0xbeef, 1, 2]);

      const beyond = { table: "holding-register", address: 60_000, count: 1 } as const;
      await expect(session.read(beyond, "poll", never)).rejects.toMatchObject({
        code: "modbus/exception",
        exceptionCode: 2,
      });
    });

    // libmodbus answers any unit over TCP, as many native TCP devices do.
    it.skipIf(!isStrict)("hears nothing of a unit that is not there, and the right answer after it", async () => {
      await using foreign = await start();
      await using link = openLink(foreign.link, { clock: systemClock, log: silentLog });
      const there = await openSession(link, { unitId: 1, timeoutMs: 2_000 }, systemClock);
      await untilAnswered(there);
      const absent = await openSession(link, { unitId: 9, timeoutMs: 200 }, systemClock);
      const request = { table: "input-register", address: 50, count: 2 } as const;
      await expect(absent.read(request, "poll", never)).rejects.toMatchObject({ code: "modbus/timeout" });
      // libmodbus on a serial line takes whatever comes next for the absent unit's answer, and stays silent once.
      await untilAnswered(there);
      expect([...(await there.read(request, "poll", never))]).toEqual(numbers(50, 2));
    });
  });
}

/** A server of another maker may say that it is ready a little before it is. */
async function untilAnswered(session: Session): Promise<void> {
  for (let tries = 0; tries < 50; tries += 1) {
    const isAnswered = await session.read({ table: "coil", address: 0, count: 9 }, "poll", never).then(
      () => true,
      () => false,
    );
    if (isAnswered) return;
    await systemClock.sleep(100);
  }
  throw new Error("it does not answer");
}
