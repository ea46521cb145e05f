import type { LinkPriority } from "../../links/link.ts";
import type { ReadRequest, Words, WriteRequest } from "../codec.ts";

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
