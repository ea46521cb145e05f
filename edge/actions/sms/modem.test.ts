import { byteLink, type ByteLink } from "@outpost/firmware-adapters/links/link.ts";
import { openLink } from "@outpost/firmware-adapters/links/open-link.ts";
import { serialOverTcp } from "@outpost/firmware-adapters/links/testing/pty.ts";
import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { missingPeer, SOCAT } from "@outpost/kernel/testing/peers.ts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { checkModem, sendSms, type Sms } from "./modem.ts";
import { startModem, type Modem } from "./simulator/modem.ts";

const LI = "+8613800138000";
const deps = { clock: systemClock, log: silentLog };
const never = new AbortController().signal;

let stack: AsyncDisposableStack;
let modem: Modem;
let link: ByteLink;

async function start(pin?: string): Promise<void> {
  stack = new AsyncDisposableStack();
  const line = { host: "127.0.0.1", port: 0 };
  modem = stack.use(await startModem({ line, control: undefined, pin, ...deps }));
  const settings = { id: "modem", kind: "serial-server", host: "127.0.0.1", port: modem.ports.line, gapMs: 0 } as const;
  link = stack.use(byteLink(openLink(settings, deps)));
}

function sms(text: string, more: Partial<Sms> = {}): Sms {
  return { phone: LI, text, mode: "pdu", pin: undefined, ...more };
}

beforeEach(async () => await start());
afterEach(async () => await stack.disposeAsync());

describe("a short message", () => {
  it("in Chinese goes out as UCS-2, in ASCII as GSM 7-bit", async () => {
    expect(await sendSms(link, sms("【前哨】水位过高 3.41 编号8F2C91AB"), never)).toEqual({ kind: "sent" });
    expect(await sendSms(link, sms("Level is high: 3.41 ref 8F2C91AB"), never)).toEqual({ kind: "sent" });
    expect(modem.sent).toMatchObject([
      { phone: LI, text: "【前哨】水位过高 3.41 编号8F2C91AB", isUnicode: true },
      { phone: LI, text: "Level is high: 3.41 ref 8F2C91AB", isUnicode: false },
    ]);
  });

  it("that is long goes out in parts", async () => {
    const text = "水位过高".repeat(40);
    expect(await sendSms(link, sms(text), never)).toEqual({ kind: "sent" });
    expect(modem.sent.length).toBeGreaterThan(1);
    expect(modem.sent.map((part) => part.text).join("")).toBe(text);
  });

  it("in text mode is ASCII of 160 characters, for modems that know nothing else", async () => {
    await sendSms(link, sms(`Level 水 ${"x".repeat(200)}`, { mode: "text" }), never);
    expect(modem.sent).toMatchObject([{ phone: LI, text: `Level ? ${"x".repeat(152)}` }]);
  });
});

describe("a modem that cannot", () => {
  it.each([
    ["no-network", "failed", "no mobile network"],
    ["no-card", "failed", "CPIN"],
    ["refuses", "failed", "+CMS ERROR: 500"],
  ] as const)("%s: %s, in its own words", async (mood, kind, words) => {
    modem.mood = mood;
    const outcome = await sendSms(link, sms("x"), never);
    expect(outcome).toMatchObject({ kind, reason: expect.stringContaining(words) });
    expect(modem.sent).toEqual([]);
  });

  it("recovers by itself from whatever state it was left in", async () => {
    await link.exclusive("command", never, async (port) => {
      await port.write(Buffer.from("AT+CMGS=20\r"));
    });
    expect(await sendSms(link, sms("again"), never)).toEqual({ kind: "sent" });
    expect(modem.sent).toMatchObject([{ text: "again" }]);
  });

  it("whose line ends while it sends leaves everybody uncertain", async () => {
    modem.mood = "silent";
    const sending = sendSms(link, sms("x"), never);
    while (modem.sent.length === 0) await systemClock.sleep(5);
    await modem[Symbol.asyncDispose]();
    expect(await sending).toMatchObject({ kind: "uncertain" });
  });
});

describe("a SIM card with a PIN", () => {
  it("is opened with it, and never guessed at without", async () => {
    await stack.disposeAsync();
    await start("1234");
    expect(await sendSms(link, sms("x"), never)).toMatchObject({
      kind: "failed",
      reason: expect.stringContaining("PIN"),
    });
    expect(await sendSms(link, sms("x", { pin: "1234" }), never)).toEqual({ kind: "sent" });
  });
});

it("a check sends nothing and says what is wrong", async () => {
  expect(await checkModem(link, undefined, never)).toBeUndefined();
  modem.mood = "no-network";
  expect(await checkModem(link, undefined, never)).toContain("no mobile network");
  expect(modem.sent).toEqual([]);
});

describe.skipIf(missingPeer(SOCAT) !== undefined)("on a serial port", () => {
  it("the same bytes do the same", async () => {
    await using pty = await serialOverTcp(modem.ports.line);
    const settings = { id: "port", kind: "serial", path: pty.path, baudRate: 115_200 } as const;
    await using port = openLink({ ...settings, parity: "none", dataBits: 8, stopBits: 1, gapMs: 5 }, deps);
    if (port.kind !== "serial") throw new Error("a serial port is a serial link");
    expect(await sendSms(port, sms("水位过高"), never)).toEqual({ kind: "sent" });
    expect(modem.sent).toMatchObject([{ text: "水位过高", isUnicode: true }]);
  });
});
