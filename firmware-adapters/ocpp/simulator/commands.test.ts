import { describe, expect, it } from "vitest";

import { eventually } from "../../testing/fake-deps.ts";
import type { OcppVersion } from "../words.ts";
import { OTHER_TAG, Street, TAG } from "./testing/simulated-street.ts";

const VERSIONS: readonly OcppVersion[] = ["ocpp1.6", "ocpp2.0.1"];
const never = new AbortController().signal;

type Given = Readonly<Record<string, string | number | boolean>>;

async function call(street: Street, methodId: string, given: Given = {}) {
  return await street.device.execute({ kind: "call", methodId, arguments: given, actor: "ann" }, never);
}

function happenings(street: Street): readonly string[] {
  return street.firstDeps.events.flatMap((event) => (event.kind === "occurrence" ? [event.name] : []));
}

describe.each(VERSIONS)("a simulated %s charge point under orders", (version) => {
  it("charges from afar and stops from afar", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    street.station.plug(1);
    expect(await call(street, "remote-start", { idTag: TAG, connector: 1 })).toMatchObject({ kind: "done" });
    const started = await eventually("the start", () =>
      street.committed().find(({ name }) => name === "transaction-started"),
    );
    const transaction = String(started.details["transaction"]);
    expect(await call(street, "remote-start", { idTag: TAG, connector: 1 })).toMatchObject({ kind: "refused" });
    await eventually("the answer", () => street.station.queueLength === 0);
    expect(await call(street, "remote-stop", { transaction })).toMatchObject({ kind: "done" });
    const ended = await eventually("the end", () =>
      street.committed().find(({ name }) => name === "transaction-ended"),
    );
    expect(ended.details).toMatchObject({ transaction, reason: "Remote" });
  });

  it("resets: what runs is ended and told, and it is set up anew", async () => {
    await using street = await Street.open({ version, station: { rebootMs: 200 } });
    await street.settled();
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    await eventually("the start", () => street.committed().some(({ name }) => name === "transaction-started"));
    expect(await call(street, "reset", { isHard: true })).toMatchObject({ kind: "done" });
    await eventually("the end", () => street.committed().some(({ name }) => name === "transaction-ended"));
    await eventually("two boots", () => happenings(street).filter((name) => name === "boot").length === 2);
    await street.settled();
  });

  it("keeps a connector for somebody, and for nobody else", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    const until = new Date(Date.now() + 600_000).toISOString();
    const reservation = { connector: 1, idTag: TAG, until, reservation: 7 };
    expect(await call(street, "reserve", reservation)).toMatchObject({ kind: "done" });
    expect(await street.station.swipe(1, OTHER_TAG)).toBe("refused");
    expect(await call(street, "cancel-reservation", { reservation: 7 })).toMatchObject({ kind: "done" });
    expect(await street.station.swipe(1, OTHER_TAG)).toBe("waits-for-cable");
    street.station.plug(1);
    await eventually("the start", () => street.committed().some(({ name }) => name === "transaction-started"));
  });

  it("takes a connector out of use, unlocks it, and says so", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    expect(await call(street, "availability", { isOperative: false, connector: 1 })).toMatchObject({ kind: "done" });
    await eventually("unavailable", () => {
      const reading = street.firstDeps.last("connector1.status")?.reading;
      return reading?.quality === "good" && reading.value === 7;
    });
    expect(await street.station.swipe(1, TAG)).toBe("not-possible");
    expect(await call(street, "availability", { isOperative: true, connector: 1 })).toMatchObject({ kind: "done" });
    expect(await call(street, "unlock", { connector: 1 })).toMatchObject({ kind: "done" });
    expect(await call(street, "clear-cache")).toMatchObject({ kind: "done" });
  });

  it("uploads its log and takes new firmware, step by step", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    expect(await call(street, "get-log", { url: "ftp://files.example/" })).toMatchObject({ kind: "done" });
    await eventually("the log's steps", () => happenings(street).filter((name) => name === "log-status").length === 2);
    const at = new Date().toISOString();
    const url = "https://files.example/firmware.bin";
    expect(await call(street, "update-firmware", { url, at })).toMatchObject({ kind: "done" });
    await eventually(
      "the firmware's steps",
      () => happenings(street).filter((name) => name === "firmware-status").length >= 4,
    );
    const signed = { url, at, certificate: "certificate", signature: "signature" };
    // Nobody has given it a root of its maker: `safeguards.test.ts` does.
    expect(await call(street, "update-firmware", signed)).toMatchObject({ kind: "refused" });
  });

  it("shows a fault as a point and ends what ran; it can be well again", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    street.station.plug(1);
    await street.station.swipe(1, TAG);
    await eventually("the start", () => street.committed().some(({ name }) => name === "transaction-started"));
    const fault = (): number | undefined => {
      const reading = street.firstDeps.last("connector1.fault")?.reading;
      return reading?.quality === "good" ? reading.value : undefined;
    };
    street.station.fault(1, "GroundFailure");
    await eventually("the fault", () => fault() === 1);
    await eventually("the end", () => street.committed().some(({ name }) => name === "transaction-ended"));
    street.station.clearFault(1);
    await eventually("no fault", () => fault() === 0);
    expect(street.station.station.connector(1)?.status).toBe("finishing");
  });

  it("ends what a tag began that turns out not to be let in", async () => {
    await using street = await Street.open({ version });
    await street.settled();
    street.station.station.settings.set("usesList", "false");
    street.station.station.settings.set("acceptsUnknown", "true");
    street.station.cut(1_500);
    await eventually("the cut", () => !street.station.isConnected);
    street.station.plug(1);
    expect(await street.station.swipe(1, "BLOCKED")).toBe("started");
    await eventually("its end", () => street.station.isAccepted && street.station.queueLength === 0);
    expect(street.station.station.connector(1)?.transaction).toBeUndefined();
  });
});
