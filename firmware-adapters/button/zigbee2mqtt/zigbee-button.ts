import type { DeviceDeps } from "../../adapter.ts";
import type { MqttMessage } from "../../links/link.ts";
import type { Show } from "../commands.ts";
import type { ButtonInput, Details, Indicator } from "../life/button-life.ts";
import type { Button } from "../life/button.ts";
import { markOf, Radio } from "../radio/radio.ts";
import type { ZigbeeSettings } from "../settings.ts";
import type { Source } from "../source.ts";
import { parseBridgeEvent, parseDeviceMessage, parseOnline, type DeviceMessage } from "./codec.ts";

/** Two equal messages without `last_seen` within this time are one press: nobody presses the same button twice so fast. */
const SAME_WITHIN_MS = 1_000;
const INDICATOR_WORDS = ["off", "raised", "delivered", "acknowledged"] as const;

/** A Zigbee button that Zigbee2MQTT hears. */
export function openZigbeeButton(settings: ZigbeeSettings, button: Button, deps: DeviceDeps): Source {
  const radio = new Radio(button, deps);
  const topic = `${settings.baseTopic}/${settings.friendlyName}`;
  const online = (key: "isAvailable" | "isBridgeOnline") => (message: MqttMessage) => {
    const isOnline = parseOnline(message.payload);
    if (isOnline === undefined) radio.complain(message, "neither online nor offline");
    else radio.say({ [key]: isOnline });
  };
  return {
    run: (signal) =>
      radio.run(
        {
          [topic]: (message, stop) => takeDeviceMessage(message, { settings, button, radio }, stop),
          [`${topic}/availability`]: online("isAvailable"),
          [`${settings.baseTopic}/bridge/state`]: online("isBridgeOnline"),
          [`${settings.baseTopic}/bridge/event`]: (message, stop) =>
            takeBridgeEvent(message, { settings, button, radio }, stop),
        },
        signal,
      ),
    show: showOn(radio, `${topic}/set`, settings),
  };
}

interface Context {
  readonly settings: ZigbeeSettings;
  readonly button: Button;
  readonly radio: Radio;
}

async function takeDeviceMessage(
  message: MqttMessage,
  { settings, button, radio }: Context,
  signal: AbortSignal,
): Promise<void> {
  const parsed = parseDeviceMessage(message.payload);
  if (parsed.kind === "garbage") return radio.complain(message, parsed.reason);
  const values = valuesIn(parsed);
  // What the broker kept was so at some time. It is neither a press now nor a sign of life.
  if (message.isRetained) return button.note(values);
  radio.hear();
  const mark = markOf(message.payload);
  const received = {
    mark,
    // With it the content differs from press to press, and is the same however often one comes.
    id: parsed.lastSeen === undefined ? undefined : `z2m/${mark}`,
    isSentAgain: message.isSentAgain,
    sameWithinMs: SAME_WITHIN_MS,
  };
  await button.receive([...values, ...pressesIn(parsed, settings)], received, signal);
}

async function takeBridgeEvent(
  message: MqttMessage,
  { settings, button, radio }: Context,
  signal: AbortSignal,
): Promise<void> {
  const event = parseBridgeEvent(message.payload);
  if (message.isRetained || event?.friendlyName !== settings.friendlyName) return;
  radio.say({ hasLeft: !event.isIn });
  const received = {
    mark: markOf(message.payload),
    id: undefined,
    isSentAgain: message.isSentAgain,
    sameWithinMs: SAME_WITHIN_MS,
  };
  await button.receive([{ kind: "network", isIn: event.isIn }], received, signal);
}

function valuesIn({ batteryPercent, isBatteryLow, isTampered, linkQuality }: DeviceMessage): ButtonInput[] {
  const inputs: ButtonInput[] = [];
  if (batteryPercent !== undefined || isBatteryLow !== undefined) {
    inputs.push({ kind: "battery", percent: batteryPercent, isLow: isBatteryLow });
  }
  if (isTampered !== undefined) inputs.push({ kind: "tamper", isTampered });
  if (linkQuality !== undefined) inputs.push({ kind: "link-quality", value: linkQuality });
  return inputs;
}

/** At most one press, whichever way the message says it. */
function pressesIn(
  { action, isSos, lastSeen }: DeviceMessage,
  { sos, pressActions, releaseActions }: ZigbeeSettings,
): ButtonInput[] {
  const isAction = action !== undefined && pressActions.includes(action);
  // What the broker kept for us may be hours old: it says itself when it was.
  const said = lastSeen === undefined ? {} : { saidAt: lastSeen };
  const details: Details = isAction ? { action, ...said } : { sos: true, ...said };
  if (sos === "level" && isSos === true) return [{ kind: "press", how: "held", details }];
  const inputs: ButtonInput[] = [];
  if (sos === "level" && isSos === false) inputs.push({ kind: "release" });
  if (isAction || (sos === "event" && isSos === true)) {
    // A button that tells of its release is held until then.
    inputs.push({ kind: "press", how: isAction && releaseActions.length > 0 ? "held" : "momentary", details });
  }
  if (action !== undefined && releaseActions.includes(action)) inputs.push({ kind: "release", details: { action } });
  return inputs;
}

function showOn(radio: Radio, topic: string, { indicator }: ZigbeeSettings): Show {
  return async (value: Indicator, signal) => {
    const payload = indicator?.[INDICATOR_WORDS[value]];
    if (payload === undefined) return { kind: "shown", detail: "kept here only: this button shows nothing of it" };
    return await radio.tell(topic, payload, signal);
  };
}
