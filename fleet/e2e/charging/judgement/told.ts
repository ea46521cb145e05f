import { z } from "zod";

import type { SiteStation } from "../site/site-document.ts";
import type { ToldMessage } from "../site/street.ts";

/** One transaction as its station had it acknowledged. Instants are Unix milliseconds of the station's clock. */
export interface ToldTransaction {
  readonly deviceId: string;
  readonly transaction: string;
  readonly connector: number;
  readonly startedAtMs: number;
  readonly meterStartWh: number | undefined;
  /** Undefined: its end was not acknowledged. */
  readonly stop: { readonly atMs: number; readonly meterStopWh: number | undefined } | undefined;
}

const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));

const start16 = z.object({
  action: z.literal("StartTransaction"),
  payload: z.object({ connectorId: z.number(), meterStart: z.number(), timestamp: instant }),
  answer: z.object({ transactionId: z.number() }),
});
const stop16 = z.object({
  action: z.literal("StopTransaction"),
  payload: z.object({ transactionId: z.number(), meterStop: z.number(), timestamp: instant }),
});
const sampled = z.object({ value: z.number(), measurand: z.string().default("Energy.Active.Import.Register") });
const event201 = z.object({
  action: z.literal("TransactionEvent"),
  payload: z.object({
    eventType: z.enum(["Started", "Updated", "Ended"]),
    timestamp: instant,
    evse: z.object({ id: z.number() }),
    transactionInfo: z.object({ transactionId: z.string() }),
    meterValue: z.array(z.object({ sampledValue: z.array(sampled) })).default([]),
  }),
});

/** Joins what one station had acknowledged into its transactions. */
export function toldTransactions(
  { deviceId }: SiteStation,
  messages: readonly ToldMessage[],
): readonly ToldTransaction[] {
  const told = new Map<string, ToldTransaction>();
  for (const message of messages) {
    const word = wordOf(message);
    if (word === undefined) continue;
    const { transaction } = word;
    const known = told.get(transaction);
    if (word.kind === "start") told.set(transaction, { deviceId, stop: undefined, ...word });
    else if (known !== undefined) told.set(transaction, { ...known, stop: word });
    // A stop whose start was never acknowledged: it must be somewhere all the same.
    else told.set(transaction, { deviceId, transaction, ...UNKNOWN_START, stop: word });
  }
  return [...told.values()];
}

const UNKNOWN_START = { connector: 0, startedAtMs: 0, meterStartWh: undefined };

type Word = { readonly transaction: string } & (
  | {
      readonly kind: "start";
      readonly connector: number;
      readonly startedAtMs: number;
      readonly meterStartWh: number | undefined;
    }
  | { readonly kind: "stop"; readonly atMs: number; readonly meterStopWh: number | undefined }
);

function wordOf(message: ToldMessage): Word | undefined {
  const start = start16.safeParse(message).data;
  if (start !== undefined) {
    const { connectorId: connector, meterStart: meterStartWh, timestamp: startedAtMs } = start.payload;
    return { kind: "start", transaction: String(start.answer.transactionId), connector, startedAtMs, meterStartWh };
  }
  const stop = stop16.safeParse(message).data;
  if (stop !== undefined) {
    const { transactionId, timestamp: atMs, meterStop: meterStopWh } = stop.payload;
    return { kind: "stop", transaction: String(transactionId), atMs, meterStopWh };
  }
  const event = event201.safeParse(message).data?.payload;
  if (event === undefined || event.eventType === "Updated") return undefined;
  const transaction = event.transactionInfo.transactionId;
  const values = event.meterValue.flatMap(({ sampledValue }) => sampledValue);
  const energyWh = values.find(({ measurand }) => measurand === "Energy.Active.Import.Register")?.value;
  return event.eventType === "Ended"
    ? { kind: "stop", transaction, atMs: event.timestamp, meterStopWh: energyWh }
    : {
        kind: "start",
        transaction,
        connector: event.evse.id,
        startedAtMs: event.timestamp,
        meterStartWh: energyWh,
      };
}
