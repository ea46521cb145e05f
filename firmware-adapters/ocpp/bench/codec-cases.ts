import type { CodecCase } from "../../testing/codec-case.ts";
import { tolerate } from "../server/tolerance.ts";
import { meterValues, samplesOf } from "../v16/messages.ts";

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
    const [sample] = samplesOf(meterValues.parse(payload).meterValue, 0);
    if (sample?.currentA?.L1 === 31.9) found += 1;
  }
  return found;
}

export const codecCases: readonly CodecCase[] = [
  { name: "ocpp 1.6 meter values", bytes: Buffer.from(messages.join("\n")), frames: FRAMES, parse },
];
