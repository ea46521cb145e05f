import type { Clock } from "@outpost/kernel/clock.ts";

import type { LineLink } from "../../links/link.ts";
import { openRtuSession } from "./rtu-session.ts";
import type { Session, SessionSettings } from "./session.ts";
import { openTcpSession } from "./tcp-session.ts";

/** Opens a session in the framing of its link: Modbus TCP on a TCP endpoint, RTU on serial lines and serial servers. */
export async function openSession(link: LineLink, settings: SessionSettings, clock: Clock): Promise<Session> {
  return link.kind === "tcp" ? await openTcpSession(link, settings) : openRtuSession(link, settings, clock);
}
