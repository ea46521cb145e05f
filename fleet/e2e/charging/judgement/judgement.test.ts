import { expect, it } from "vitest";

import type { HeldCharging, HeldRecord } from "../../ledger/fleet-ledger.ts";
import type { SiteStation } from "../site/site-document.ts";
import { drawUp, type Account } from "./account.ts";
import { toldTransactions } from "./told.ts";

const STATION: SiteStation = { deviceId: "charger", identity: "CP1", key: "a key", version: "ocpp1.6" };
const START = "2026-11-25T08:00:00.000Z";
const STOP = "2026-11-25T09:00:00.000Z";

const TOLD = toldTransactions(STATION, [
  {
    action: "StartTransaction",
    payload: { connectorId: 2, idTag: "A", meterStart: 1_000, timestamp: START },
    answer: { transactionId: 7, idTagInfo: { status: "Accepted" } },
  },
  { action: "StopTransaction", payload: { transactionId: 7, meterStop: 4_500, timestamp: STOP }, answer: {} },
  {
    action: "TransactionEvent",
    payload: {
      eventType: "Started",
      timestamp: START,
      evse: { id: 1 },
      transactionInfo: { transactionId: "uuid" },
      meterValue: [{ sampledValue: [{ value: 10, measurand: "Energy.Active.Import.Register" }] }],
    },
    answer: {},
  },
  {
    action: "TransactionEvent",
    payload: {
      eventType: "Ended",
      timestamp: STOP,
      evse: { id: 1 },
      transactionInfo: { transactionId: "uuid" },
      meterValue: [{ sampledValue: [{ value: 60, measurand: "Energy.Active.Import.Register" }] }],
    },
    answer: {},
  },
]);

const WHOLE: HeldCharging = {
  deviceId: "charger",
  transaction: "7",
  status: "ended",
  connector: 2,
  startedAtMs: Date.parse(START),
  stoppedAtMs: Date.parse(STOP),
  energyWh: 3_500,
  holeCount: 0,
  missingCount: 0,
};
const OTHER: HeldCharging = { ...WHOLE, transaction: "uuid", connector: 1, energyWh: 50 };
const record = (name: string): HeldRecord => ({
  deviceId: "charger",
  atMs: 0,
  body: { name, details: { transaction: "7" } },
});
const RECORDS = [record("transaction-started"), record("transaction-updated"), record("transaction-ended")];

type Case = readonly [string, readonly HeldCharging[], readonly HeldRecord[], Partial<Account>];
const CASES: readonly Case[] = [
  ["all is there once", [WHOLE, OTHER], RECORDS, {}],
  ["a transaction is not there", [OTHER], RECORDS, { lost: 1 }],
  [
    "an end is not there",
    [{ ...WHOLE, status: "charging", stoppedAtMs: null, energyWh: null }, OTHER],
    RECORDS,
    {
      lost: 1,
      withHole: 1,
      wrong: 1,
    },
  ],
  ["one is there under two numbers", [WHOLE, { ...WHOLE, transaction: "8" }, OTHER], RECORDS, { doubled: 1 }],
  ["an end was written twice", [WHOLE, OTHER], [...RECORDS, record("transaction-ended")], { doubled: 1 }],
  ["messages are missing", [WHOLE, { ...OTHER, missingCount: 2 }], RECORDS, { withHole: 1 }],
  ["the begin is unknown", [WHOLE, { ...OTHER, startedAtMs: null }], RECORDS, { withHole: 1, wrong: 1 }],
  ["other energy is billed", [{ ...WHOLE, energyWh: 3_501 }, OTHER], RECORDS, { wrong: 1 }],
];

it.each(CASES)("when %s", (_, held, records, expected) => {
  const { faults, ...account } = drawUp(TOLD, held, records);
  expect(account).toEqual({ transactions: 2, lost: 0, doubled: 0, withHole: 0, wrong: 0, ...expected });
  expect(faults).toHaveLength(account.lost + account.doubled + account.withHole + account.wrong);
});
