import { access, constants } from "node:fs/promises";

import { byteLink, type Link } from "@outpost/firmware-adapters/links/link.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { SendingAction } from "@outpost/wire/site-alarms.ts";

import { checkModem } from "../sms/modem.ts";
import { findProgram } from "./voice.ts";

export interface CheckDeps {
  link(linkId: string): Link | undefined;
  /** Whether a device answers. */
  isOnline(deviceId: string): boolean;
}

const CHECK_TIMEOUT_MS = 30_000;

/** What an action that sends still needs. Sends nothing. @returns undefined where it is ready. */
export async function checkChannel(
  deps: CheckDeps,
  action: SendingAction,
  signal: AbortSignal,
): Promise<string | undefined> {
  switch (action.kind) {
    case "write-point":
    case "show-text":
      return deps.isOnline(action.device) ? undefined : `${action.device} does not answer`;
    case "play-voice":
      return await checkVoice(action.file);
    case "http":
      // To ask would be to tell: what answers, answers only to what it takes for an alarm.
      return undefined;
    case "mqtt": {
      const status = deps.link(action.link)?.status ?? { kind: "down", reason: "the link is not open" };
      return status.kind === "up" ? undefined : status.reason;
    }
    case "sms": {
      const link = deps.link(action.link);
      if (link === undefined) return "the link is not open";
      const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT_MS)]);
      return await checkModem(byteLink(link), action.pin, bounded);
    }
  }
}

async function checkVoice(file: string): Promise<string | undefined> {
  if ((await findProgram("aplay")) === undefined) return "aplay is not installed";
  try {
    await access(file, constants.R_OK);
    return undefined;
  } catch (error) {
    return asError(error).message;
  }
}
