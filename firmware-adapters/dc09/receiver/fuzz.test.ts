import { systemClock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Peer } from "../../links/link.ts";
import type { OnPeer } from "../../links/listening.ts";
import { fakeDeps } from "../../testing/fake-deps.ts";
import { testSeed } from "../../testing/random.ts";
import { dc09Settings } from "../settings.ts";
import { bodyOf, encryptByHand, frameOf, padded, stampOf } from "../testing/independent.ts";
import { settled } from "../testing/test-account.ts";
import { Account } from "./account.ts";
import { Dc09Receiver } from "./receiver.ts";

const seed = testSeed();
const KEY = Buffer.alloc(16, 3);

/** A receiver without sockets: one plain account, one with a key, and what it answers. */
function startReceiver() {
  const stop = new AbortController();
  const deps = fakeDeps();
  const receiver = new Dc09Receiver();
  let greet: OnPeer | undefined;
  const link = {
    id: "port",
    serve: (onPeer: OnPeer) => {
      greet = onPeer;
      return { [Symbol.dispose]: () => undefined };
    },
  };
  const accounts = [{ account: "1234" }, { account: "5678", key: { hex: KEY.toString("hex") } }].map((settings) => {
    const account = new Account(`home-${settings.account}`, dc09Settings.parse(settings), deps, stop.signal);
    account.onLink({ kind: "up" });
    return receiver.attach(link, account, { clock: systemClock, log: silentLog });
  });
  const answers: string[] = [];
  const peer: Peer = {
    address: "10.0.0.1:1",
    gone: stop.signal,
    send: (bytes) => answers.push(bodyOf(Buffer.from(bytes))),
    drop: () => undefined,
  };
  const onBytes = greet?.(peer) ?? (() => undefined);
  return {
    answers,
    onBytes,
    async [Symbol.asyncDispose]() {
      stop.abort(new Error("the test is over"));
      for (const one of accounts) await one[Symbol.asyncDispose]();
    },
  };
}

const words = fc
  .array(
    fc.constantFrom(
      "N",
      "ri1",
      "/",
      "QA1",
      "FA02",
      "1101 00 003",
      "|",
      "#1234",
      "#5678",
      "]",
      "[",
      "V",
      "^x^",
      "_",
      "é",
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(""));
const anything = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => Buffer.from(bytes.map((byte) => (byte === 10 || byte === 13 ? 32 : byte))).toString("latin1"));
const id = fc.constantFrom("NULL", "SIA-DCS", "ADM-CID", "SIA-PUL", "ACK", "NAK", "X");
const head = fc.tuple(
  fc.boolean(),
  id,
  fc.integer({ min: 0, max: 9_999 }),
  fc.constantFrom("R0", "", "R", "R15"),
  fc.constantFrom("1234", "5678", "9999"),
);
const content = fc.oneof(words, anything);

describe("the receiver", () => {
  it("never throws and answers in sound frames only, whatever sound frames say", async () => {
    console.log(`DC-09 receiver fuzz, seed ${seed}`);
    await using receiver = startReceiver();
    await fc.assert(
      fc.asyncProperty(
        head,
        content,
        fc.boolean(),
        async ([isSealed, name, number, where, account], inside, hasTime) => {
          const text = `${inside}]${hasTime ? stampOf(systemClock.now().wallMs) : ""}`;
          const sealed = isSealed ? encryptByHand(KEY, padded(`|${text}`)) : text;
          const start = `"${isSealed ? "*" : ""}${name}"${String(number).padStart(4, "0")}${where}L0#${account}[`;
          receiver.answers.length = 0;
          receiver.onBytes(frameOf(start + sealed));
          await settled();
          expect(receiver.answers.length).toBeLessThanOrEqual(1);
          for (const answer of receiver.answers) expect(answer).toMatch(/^"\*?(?:ACK|NAK|DUH)"\d{4}R/);
          // Nobody is answered for an account that is not here, nor for an answer of his own.
          const isIgnored = account === "9999" || name === "ACK" || name === "NAK";
          expect(isIgnored && receiver.answers.length > 0).toBe(false);
          // Without the key's protection nothing counts for the account that has one.
          const isDowngrade = account === "5678" && !isSealed;
          expect(isDowngrade && receiver.answers.join("").includes("ACK")).toBe(false);
        },
      ),
      { numRuns: 10_000, seed },
    );
  });
});
