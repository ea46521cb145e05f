import type { DecommissionOrder } from "@outpost/wire/enrolment.ts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { checkDecommission } from "./decommission.ts";
import type { Identity } from "./identity.ts";
import { CODE_SIGNING, ScriptedAuthority } from "./testing/scripted-authority.ts";

const NONCE = "a".repeat(32);
const ORDER: DecommissionOrder = {
  kind: "decommission",
  gatewayId: "gw-1",
  nonce: NONCE,
  orderId: "b".repeat(32),
  orderedBy: "wang",
  reason: "torn down",
  madeAtMs: 1,
};
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

let fleet: ScriptedAuthority;
let stranger: ScriptedAuthority;
let identity: Identity;
beforeAll(async () => {
  fleet = await ScriptedAuthority.open("gw-1", 1);
  stranger = await ScriptedAuthority.open("gw-1", 1);
  identity = await fleet.identity({ from: -1, to: 89 });
});
afterAll(async () => {
  await Promise.all([fleet[Symbol.asyncDispose](), stranger[Symbol.asyncDispose]()]);
});

function check(document: object, against: Partial<Parameters<typeof checkDecommission>[1]> = {}) {
  const bytes = Buffer.from(JSON.stringify(document));
  return checkDecommission(bytes, { identity, nonce: NONCE, floorMs: Date.now(), ...against });
}

describe("the order that ends a gateway's work", () => {
  it("is obeyed where the fleet has signed it for this gateway and this session", async () => {
    expect(check(await fleet.sign(ORDER))).toEqual({ kind: "genuine", order: ORDER });
  });

  it("is refused in another session, by another gateway, and where there is no fleet", async () => {
    const document = await fleet.sign(ORDER);
    expect(check(document, { nonce: "c".repeat(32) })).toEqual({
      kind: "refused",
      reason: "it is not of this session",
    });
    expect(check(document, { nonce: undefined }).kind).toBe("refused");
    expect(check(document, { identity: undefined }).kind).toBe("refused");
    expect(check(document, { identity: { ...identity, gatewayId: "gw-2" } }).kind).toBe("refused");
  });

  it("is refused where anybody else has signed it: a stranger, a gateway, a listener, somebody of that name", async () => {
    const forged = [
      await stranger.sign(ORDER),
      await fleet.sign(ORDER, { usage: CLIENT_AUTH }),
      await fleet.sign(ORDER, { usage: CLIENT_AUTH, name: "gw-1" }),
      await fleet.sign(ORDER, { usage: CODE_SIGNING, name: "gw-1" }),
    ];
    expect(forged.map((document) => check(document).kind)).toEqual(forged.map(() => "refused"));
  });

  it("is refused where a byte of it was changed, or it is another document, or none", async () => {
    const document = await fleet.sign(ORDER);
    const other = Buffer.from(JSON.stringify({ ...ORDER, orderedBy: "li" })).toString("base64");
    expect(check({ ...document, payload: other })).toEqual({ kind: "refused", reason: "its signature is wrong" });
    expect(check({ ...document, certificates: [] }).kind).toBe("refused");
    expect(check({ ...document, signature: "AAAA" }).kind).toBe("refused");
    expect(check(await fleet.sign({ ...ORDER, kind: "something" })).kind).toBe("refused");
    expect(check(await fleet.sign({ hello: 1 })).kind).toBe("refused");
    expect(check({}).kind).toBe("refused");
    const huge = { identity, nonce: NONCE, floorMs: 0 };
    expect(checkDecommission(Buffer.alloc(100_000, " "), huge)).toMatchObject({ reason: "it is too large" });
    expect(checkDecommission(Buffer.from("{"), huge)).toMatchObject({ reason: "it cannot be read" });
  });

  it("is refused where its signer's certificate had run out before the earliest time that it can be", async () => {
    const document = await fleet.sign(ORDER);
    expect(check(document, { floorMs: Date.now() + 91 * 86_400_000 }).kind).toBe("refused");
  });
});
