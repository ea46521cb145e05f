import type { CodecCase } from "../../testing/codec-case.ts";
import { readFrame } from "../relay/line/frames.ts";
import { tolerate } from "../server/tolerance.ts";
import { readMeterValuesMessage, samplesOf } from "../v16/messages.ts";
import { samplesOf as samplesOf201, transactionEvent } from "../v201/incoming/messages.ts";

const FRAMES = 256;

/** Meter values as stations send them: three readings of an instant, one message a line. */
const messages = Array.from({ length: FRAMES }, (_, n) =>
  JSON.stringify([
    2,
    String(n),
    "MeterValues",
    {
      connectorId: 1,
      transactionId: 100 + n,
      meterValue: [
        {
          timestamp: new Date(1_800_000_000_000 + n * 10_000).toISOString(),
          sampledValue: [
            { value: String(1_000 + n) },
            { value: "7.2", measurand: "Power.Active.Import", unit: "kW" },
            { value: "31.9", measurand: "Current.Import", phase: "L1", unit: "A" },
          ],
        },
      ],
    },
  ]),
);

function parse(bytes: Buffer): number {
  let found = 0;
  for (const line of bytes.toString().split("\n")) {
    const message: unknown = JSON.parse(line);
    if (!Array.isArray(message)) continue;
    const { payload } = tolerate(message[3]);
    const [sample] = samplesOf(readMeterValuesMessage(payload).meterValue, 0);
    if (sample?.currentA?.L1 === 31.9) found += 1;
  }
  return found;
}

/** The same of 2.0.1, where a transaction's readings come with its messages. */
const messages201 = Array.from({ length: FRAMES }, (_, n) => {
  const timestamp = new Date(1_800_000_000_000 + n * 10_000).toISOString();
  const sampledValue = [
    { value: 1_000 + n },
    { value: 7.2, measurand: "Power.Active.Import", unitOfMeasure: { unit: "W", multiplier: 3 } },
    { value: 31.9, measurand: "Current.Import", phase: "L1", unitOfMeasure: { unit: "A" } },
  ];
  const payload = {
    eventType: "Updated",
    timestamp,
    triggerReason: "MeterValuePeriodic",
    seqNo: n,
    transactionInfo: { transactionId: "0b1f5a9e-3f9f-4d1e-8f25-6d6f6d1f6a01", chargingState: "Charging" },
    meterValue: [{ timestamp, sampledValue }],
  };
  return JSON.stringify([2, String(n), "TransactionEvent", payload]);
});

function parse201(bytes: Buffer): number {
  let found = 0;
  for (const line of bytes.toString().split("\n")) {
    const message: unknown = JSON.parse(line);
    if (!Array.isArray(message)) continue;
    const { payload } = tolerate(message[3]);
    const said = transactionEvent.parse(payload);
    const [sample] = samplesOf201(said.meterValue, 0);
    if (said.seqNo === found && sample?.currentA?.L1 === 31.9) found += 1;
  }
  return found;
}

/** What a relay reads of every message before it lets it go on. */
function parseRelayed(bytes: Buffer): number {
  let found = 0;
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf("\n", from);
    const to = end === -1 ? bytes.length : end;
    const frame = readFrame(bytes.subarray(from, to));
    if (frame.kind === "call" && frame.id === String(found)) found += 1;
    from = to + 1;
  }
  return found;
}

export const codecCases: readonly CodecCase[] = [
  { name: "ocpp 1.6 meter values", bytes: Buffer.from(messages.join("\n")), frames: FRAMES, parse },
  {
    name: "ocpp 2.0.1 transaction events",
    bytes: Buffer.from(messages201.join("\n")),
    frames: FRAMES,
    parse: parse201,
  },
  { name: "ocpp relayed messages", bytes: Buffer.from(messages.join("\n")), frames: FRAMES, parse: parseRelayed },
];
