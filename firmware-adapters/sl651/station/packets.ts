const MAX_PACKETS = 64;
const MAX_BYTES = 65_536;
/** Whoever has not sent the next packet by then has given up. */
const NEXT_WITHIN_MS = 120_000;
/** So often in all is a station asked for packets that are missing. */
const MAX_ASKED = 100;

export interface Packet {
  readonly function: number;
  readonly count: number;
  readonly no: number;
  readonly body: Buffer;
  /** Whether the station says that no more come (ETX). */
  readonly isLast: boolean;
}

export type PacketStep =
  | { readonly kind: "waits" }
  | { readonly kind: "whole"; readonly body: Buffer }
  /** The station has said that it has sent all, and this one is missing. */
  | { readonly kind: "missing"; readonly no: number }
  | { readonly kind: "refused"; readonly reason: string };

interface Gathering {
  readonly function: number;
  readonly count: number;
  readonly bodies: Map<number, Buffer>;
  bytes: number;
  asked: number;
  isSent: boolean;
  lastAtMs: number;
}

/**
 * The packets of one message in several (SYN), which are answered only together: nothing of it need outlive a restart,
 * because the station sends all of it again.
 */
export class Packets {
  #gathering: Gathering | undefined;

  add(packet: Packet, nowMs: number): PacketStep {
    const { count, no, body, isLast } = packet;
    if (count < 1 || count > MAX_PACKETS || no < 1 || no > count) {
      return { kind: "refused", reason: `packet ${no} of ${count}; at most ${MAX_PACKETS}` };
    }
    const gathering = this.#gatheringFor(packet, nowMs);
    if (!gathering.bodies.has(no)) gathering.bytes += body.length;
    gathering.bodies.set(no, body);
    gathering.lastAtMs = nowMs;
    gathering.isSent ||= isLast;
    if (gathering.bytes > MAX_BYTES) {
      this.#gathering = undefined;
      return { kind: "refused", reason: `more than ${MAX_BYTES} bytes` };
    }
    return this.#stepOf(gathering);
  }

  #stepOf(gathering: Gathering): PacketStep {
    const { bodies, count, isSent } = gathering;
    if (bodies.size === count) {
      this.#gathering = undefined;
      const inOrder = [...bodies].toSorted(([a], [b]) => a - b);
      return { kind: "whole", body: Buffer.concat(inOrder.map(([, body]) => body)) };
    }
    if (!isSent || gathering.asked >= MAX_ASKED) return { kind: "waits" };
    gathering.asked += 1;
    let missing = 1;
    while (bodies.has(missing)) missing += 1;
    return { kind: "missing", no: missing };
  }

  /** What is being gathered, unless this packet belongs to another message. */
  #gatheringFor(packet: Packet, nowMs: number): Gathering {
    const found = this.#gathering;
    const before = found?.bodies.get(packet.no);
    const isSame =
      found !== undefined &&
      found.function === packet.function &&
      found.count === packet.count &&
      nowMs - found.lastAtMs < NEXT_WITHIN_MS &&
      (before === undefined || before.equals(packet.body));
    if (isSame) return found;
    const { count } = packet;
    this.#gathering = {
      function: packet.function,
      count,
      bodies: new Map(),
      bytes: 0,
      asked: 0,
      isSent: false,
      lastAtMs: nowMs,
    };
    return this.#gathering;
  }
}
