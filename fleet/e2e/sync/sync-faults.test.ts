import { MOSQUITTO, missingPeer } from "@outpost/kernel/testing/peers.ts";
import { expect, it } from "vitest";

import { runMeasured } from "../testing/run-program.ts";
import { FAULTS } from "./fault-rounds.ts";

const missing = missingPeer(MOSQUITTO);
if (missing !== undefined) process.stderr.write(`sync faults run without a broker of its own: ${missing}\n`);

it("fifty faults under load cost the fleet no record, and none comes twice", async () => {
  const result = await runMeasured("fleet/e2e/faults.ts", ["sync", "--rounds", "50"]);
  expect(result).toMatchObject({ name: "sync", rounds: 50, lost: 0, duplicated: 0, quarantined: 0, pass: true });
  expect(result["held"]).toBeGreaterThan(1_000);
  const isPlayed = FAULTS.filter(({ shapes }) => missing === undefined || shapes.includes("one-process"));
  expect(Object.keys(Object(result["byFault"])).toSorted()).toEqual(isPlayed.map(({ name }) => name).toSorted());
}, 1_200_000);
