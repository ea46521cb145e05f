import type { CommandOutcome, DeviceCommand } from "@outpost/firmware-adapters/event.ts";
import { byteLink, mqttLink, type Link } from "@outpost/firmware-adapters/links/link.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { Text } from "@outpost/wire/identifiers.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import { smsText, type Message } from "../sending/message.ts";
import type { SendOutcome } from "../sending/send-plan.ts";
import { sendSms } from "../sms/modem.ts";
import { showOnSign, writeOnce } from "./device.ts";
import { postJson } from "./http.ts";
import { playVoice } from "./voice.ts";

export interface ChannelDeps {
  execute(deviceId: string, command: DeviceCommand, signal: AbortSignal): Promise<CommandOutcome>;
  /** A link of the site; undefined while it is being changed. */
  link(linkId: string): Link | undefined;
  site(): { readonly id: string; readonly name: Text; readonly timeZone: string };
  phone(contactId: string): string | undefined;
}

/** Makes one try of a message by whatever its action says. Throws nothing that a device, line or network does. */
export async function perform(
  deps: ChannelDeps,
  action: SendingAction,
  message: Message,
  signal: AbortSignal,
): Promise<SendOutcome> {
  switch (action.kind) {
    case "write-point":
      return await writeOnce(deps, action, signal);
    case "show-text":
      return await showOnSign(deps, action, message.says, signal);
    case "play-voice":
      return await playVoice(action, signal);
    case "http":
      return await postJson(action, bodyOf(message, deps.site().id), signal);
    case "mqtt":
      return await publish(deps, action, message, signal);
    case "sms":
      return await text(deps, action, message, signal);
  }
}

async function publish(
  deps: ChannelDeps,
  action: Extract<SendingAction, { kind: "mqtt" }>,
  message: Message,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const link = deps.link(action.link);
  if (link === undefined) return { kind: "failed", reason: "the link is not open" };
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(action.timeoutMs)]);
  try {
    const body = JSON.stringify(bodyOf(message, deps.site().id));
    await mqttLink(link).publish(action.topic, body, { retain: false }, bounded);
    return { kind: "sent" };
  } catch (error) {
    // QoS 1: what the broker has not acknowledged may be there all the same, and comes again under its reference.
    return { kind: bounded.aborted ? "uncertain" : "failed", reason: asError(error).message };
  }
}

async function text(
  deps: ChannelDeps,
  action: Extract<SendingAction, { kind: "sms" }>,
  message: Message,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const link = deps.link(action.link);
  const phone = message.contactId === undefined ? undefined : deps.phone(message.contactId);
  if (phone === undefined) return { kind: "failed", reason: "the receiver is not named any more", isFinal: true };
  if (link === undefined) return { kind: "failed", reason: "the link is not open" };
  const { mode, pin } = action;
  const language = mode === "text" ? "en" : action.language;
  const sms = { phone, text: smsText(message, deps.site(), language), mode, pin };
  return await sendSms(byteLink(link), sms, signal);
}

/** What others on the site's network are told. */
function bodyOf({ reference, says, alarm }: Message, siteId: string): object {
  return { v: 1, site: siteId, reference, says, alarm };
}
