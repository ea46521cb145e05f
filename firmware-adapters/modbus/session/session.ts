import type { Clock } from "@outpost/kernel/clock.ts";

import type { Link, LinkPriority } from "../../links/link.ts";
import type { ReadRequest, Words, WriteRequest } from "../codec.ts";
import { openRtuSession } from "./rtu-session.ts";
import { openTcpSession } from "./tcp-session.ts";

/** Request and reply with one unit. Each request takes the link for itself, and never longer than its own exchange. */
export interface Session {
  /**
   * Reads registers or bits.
   *
   * @throws ModbusError `modbus/timeout`, `modbus/bad-frame`, `modbus/exception`, `modbus/unverified`;
   *         LinkError `link/down`, `link/busy`, `link/closed`; the signal's reason on abort.
   */
  read(request: ReadRequest, priority: LinkPriority, signal: AbortSignal): Promise<Words>;
  /**
   * Writes once. After any error but `modbus/exception` nobody knows whether the unit took the value: read it.
   *
   * @throws as `read`.
   */
  write(request: WriteRequest, priority: LinkPriority, signal: AbortSignal): Promise<void>;
}

/** How to talk to one unit. */
export interface SessionSettings {
  readonly unitId: number;
  readonly timeoutMs: number;
}

/** Opens a session in the framing of its link: Modbus TCP on a TCP endpoint, RTU on serial lines and serial servers. */
export async function openSession(link: Link, settings: SessionSettings, clock: Clock): Promise<Session> {
  return link.kind === "tcp" ? await openTcpSession(link, settings) : openRtuSession(link, settings, clock);
}
