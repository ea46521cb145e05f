import { hash } from "node:crypto";

import type { ContentCipher } from "../codec/cipher.ts";
import { parseContent, splitData, withoutPad, type Content, type Message } from "../codec/message.ts";
import type { PanelEvent } from "../events/panel-event.ts";
import { parseEvents } from "../events/parse-events.ts";

/** How an account's messages are protected. */
export interface Protection {
  readonly cipher: ContentCipher | undefined;
  /** Whether an account with a key takes messages that are not encrypted. */
  readonly acceptsPlain: boolean;
}

/** A message that could be read. */
export interface OpenedMessage {
  readonly content: Content;
  /** Supervision and empty messages report nothing; undefined where it cannot be understood what is reported. */
  readonly events: readonly PanelEvent[] | undefined;
  /** The data, its account taken off. */
  readonly data: string;
  /** Same for the same words, whatever the pad and the time. */
  readonly digest: string;
}

/** Why a message cannot be read. */
export type Unreadable = "not-encrypted" | "no-key" | "wrong-key" | "no-data" | "other-account";

/** Reads a message of an account as it is protected. */
export function openMessage({ header, content }: Message, protection: Protection): OpenedMessage | Unreadable {
  const { id, account, isEncrypted } = header;
  const { cipher, acceptsPlain } = protection;
  if (!isEncrypted && cipher !== undefined && !acceptsPlain) return "not-encrypted";
  if (isEncrypted && cipher === undefined) return "no-key";
  const plain = isEncrypted ? cipher?.open(content) : content;
  const read = plain === undefined ? undefined : parseContent(plain);
  // The time is mandatory in encrypted messages, and noise does not have one: this is how a wrong key shows.
  if (isEncrypted && read?.sentAtMs === undefined) return "wrong-key";
  if (read === undefined) return "no-data";
  const inner = splitData(isEncrypted ? withoutPad(read.data, account) : read.data, account);
  // Nothing else binds what is encrypted to the account in front of it, which anybody can change.
  const isOther = inner.account !== undefined && inner.account.toUpperCase() !== account.toUpperCase();
  if (isEncrypted && isOther) return "other-account";
  if (id === "NULL") return { content: read, events: [], data: "", digest: "" };
  const { rest } = inner;
  return { content: read, events: parseEvents(id, rest), data: rest, digest: digestOf([id, rest, ...read.xdata]) };
}

function digestOf(parts: readonly string[]): string {
  return hash("sha256", JSON.stringify(parts)).slice(0, 16);
}
