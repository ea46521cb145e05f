import type { DeviceDeps } from "../../adapter.ts";
import type { MqttMessage } from "../../links/link.ts";
import type { Show } from "../commands.ts";
import type { ButtonInput, Indicator } from "../life/button-life.ts";
import type { Button } from "../life/button.ts";
import type { Received } from "../life/receipts.ts";
import { markOf, Radio } from "../radio/radio.ts";
import type { ChirpstackSettings } from "../settings.ts";
import type { Source } from "../source.ts";
import { flagIn, parseEvent, quantityIn, type Up } from "./codec.ts";

/** An uplink with the same counter and content within this time is the same one, sent again for want of an answer. */
const SAME_WITHIN_MS = 120_000;
const INDICATOR_WORDS = ["off", "raised", "delivered", "acknowledged"] as const;

/** A LoRaWAN button that a ChirpStack v4 network server hears. */
export function openChirpstackButton(settings: ChirpstackSettings, button: Button, deps: DeviceDeps): Source {
  const radio = new Radio(button, deps);
  const device = `application/${settings.applicationId}/device/${settings.devEui}`;
  const take = (message: MqttMessage, stop: AbortSignal): Promise<void> =>
    takeEvent(message, { settings, button, radio }, stop);
  return {
    run: (signal) => radio.run({ [`${device}/event/+`]: take }, signal),
    show: showBy(radio, `${device}/command/down`, settings),
  };
}

interface Context {
  readonly settings: ChirpstackSettings;
  readonly button: Button;
  readonly radio: Radio;
}

async function takeEvent(message: MqttMessage, context: Context, signal: AbortSignal): Promise<void> {
  const { settings, button, radio } = context;
  const event = parseEvent(message.topic.slice(message.topic.lastIndexOf("/") + 1), message.payload);
  // ChirpStack retains events only where it is told to, and then they are not from now.
  if (event === undefined || message.isRetained) return;
  if (event.kind === "garbage") return radio.complain(message, event.reason);
  if (event.devEui !== settings.devEui) return radio.complain(message, `of ${event.devEui}`);
  switch (event.kind) {
    case "up":
      return await takeUp(event, message, context, signal);
    case "status":
      radio.hear();
      return await button.receive(
        [{ kind: "battery", percent: event.batteryPercent }],
        receivedOf(message, undefined, 0),
        signal,
      );
    case "join":
      radio.hear();
      return await button.receive(
        [{ kind: "network", isIn: true }],
        receivedOf(message, event.deduplicationId, 0),
        signal,
      );
  }
}

async function takeUp(
  up: Up,
  message: MqttMessage,
  { settings, button, radio }: Context,
  signal: AbortSignal,
): Promise<void> {
  const { mapping, pressAs } = settings;
  const inputs: ButtonInput[] = [];
  // What the broker kept for us may be hours old: it says itself when it was.
  const details = { fCnt: up.fCnt, fPort: up.fPort, ...(up.time === undefined ? {} : { saidAt: up.time }) };
  if (up.rssiDbm !== undefined) inputs.push({ kind: "link-quality", value: up.rssiDbm });
  const tamper = mapping.tamper === undefined ? undefined : flagIn(up, mapping.tamper);
  if (tamper?.kind === "value") inputs.push({ kind: "tamper", isTampered: tamper.value });
  const charge = mapping.batteryPercent === undefined ? undefined : quantityIn(up, mapping.batteryPercent);
  const low = mapping.batteryLow === undefined ? undefined : flagIn(up, mapping.batteryLow);
  const percent = charge?.kind === "value" && charge.value >= 0 && charge.value <= 100 ? charge.value : undefined;
  const isLow = low?.kind === "value" ? low.value : undefined;
  if (percent !== undefined || isLow !== undefined) inputs.push({ kind: "battery", percent, isLow });
  const pressed = flagIn(up, mapping.pressed);
  if (pressed.kind === "value" && pressed.value) {
    inputs.push({ kind: "press", how: pressAs === "level" ? "held" : "momentary", details });
  }
  if (pressed.kind === "value" && !pressed.value && pressAs === "level") inputs.push({ kind: "release", details });
  radio.hear({ misunderstood: misunderstanding(up, settings) });
  const mark = markOf(`${up.devAddr} ${up.fCnt} ${up.fPort} ${up.data.toString("base64")}`);
  await button.receive(inputs, { ...receivedOf(message, up.deduplicationId, SAME_WITHIN_MS), mark }, signal);
}

/** A press would not be seen: the codec is missing or the data too short. An object without the field is no press. */
function misunderstanding(up: Up, { mapping: { pressed } }: ChirpstackSettings): string | undefined {
  if (flagIn(up, pressed).kind !== "absent") return undefined;
  if ("byte" in pressed) return `the uplink has ${up.data.length} bytes and no byte ${pressed.byte}`;
  return up.object === undefined ? "no codec of the device profile decodes its uplinks" : undefined;
}

function receivedOf(message: MqttMessage, deduplicationId: string | undefined, sameWithinMs: number): Received {
  return {
    mark: markOf(message.payload),
    id: deduplicationId === undefined ? undefined : `lora/${deduplicationId}`,
    isSentAgain: message.isSentAgain,
    sameWithinMs,
  };
}

function showBy(radio: Radio, topic: string, { indicator, devEui }: ChirpstackSettings): Show {
  return async (value: Indicator, signal) => {
    const hex = indicator?.[INDICATOR_WORDS[value]];
    if (indicator === undefined || hex === undefined) {
      return { kind: "shown", detail: "kept here only: this button shows nothing of it" };
    }
    const { fPort, isConfirmed } = indicator;
    const data = Buffer.from(hex, "hex").toString("base64");
    const shown = await radio.tell(topic, JSON.stringify({ devEui, confirmed: isConfirmed, fPort, data }), signal);
    return shown.kind === "shown" ? { ...shown, detail: "queued: the button hears it after its next uplink" } : shown;
  };
}
