import type { Occurrence } from "../../event.ts";
import type { Header } from "../codec/message.ts";
import type { PanelEvent } from "../events/panel-event.ts";
import { readableText } from "../events/readable-text.ts";
import type { Dc09Settings } from "../settings.ts";
import type { OpenedMessage } from "./open-message.ts";

type Details = Occurrence["details"];

const MAX_XDATA_CHARS = 2_000;

/** What an occurrence says of an event: everything the panel said, bounded, and nothing that it did not. */
export function eventDetails(
  event: PanelEvent,
  header: Header,
  opened: OpenedMessage,
  zones: Dc09Settings["zones"],
): Details {
  const { format, code, qualifier, zone, partition, text, modifiers } = event;
  return defined({
    format,
    code,
    qualifier,
    zone,
    zoneId: zones.find((one) => one.zone === zone)?.id,
    partition,
    text: text === "" ? undefined : text,
    user: modifiers["id"],
    time: modifiers["ti"],
    date: modifiers["da"],
    area: modifiers["riText"],
    ...messageDetails(header, opened),
  });
}

/** What an occurrence says of a message that is sound and means nothing to us. */
export function unreadableDetails(header: Header, opened: OpenedMessage): Details {
  return defined({ id: header.id, text: readableText(opened.data), ...messageDetails(header, opened) });
}

function messageDetails({ sequence }: Header, { content: { sentAtMs, xdata } }: OpenedMessage) {
  const more = xdata.map((one) => `[${readableText(one)}]`).join("");
  return {
    sequence,
    sentAt: sentAtMs === undefined ? undefined : new Date(sentAtMs).toISOString(),
    xdata: more === "" ? undefined : more.slice(0, MAX_XDATA_CHARS),
  };
}

function defined(details: Readonly<Record<string, string | number | boolean | undefined>>): Details {
  const entries = Object.entries(details).filter(
    (entry): entry is [string, string | number | boolean] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
