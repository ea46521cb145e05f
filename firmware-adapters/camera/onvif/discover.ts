import { randomUUID } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { networkInterfaces } from "node:os";

import { systemClock, type Clock } from "@outpost/kernel/clock.ts";

import { CameraError } from "../errors.ts";
import { encodeProbe, parseProbeMatches, type ProbeMatch } from "./probe.ts";

export interface ProbeTarget {
  readonly host: string;
  readonly port: number;
}

export interface DiscoverOptions {
  readonly signal: AbortSignal;
  /** How long to listen; the whole search takes no longer. */
  readonly timeoutMs: number;
  /** Our own IPv4 addresses to ask from, each on its own network; all but the loopback where absent. */
  readonly interfaces?: readonly string[];
  /** Whom to ask; everybody on the network where absent. A camera on another network has to be asked by name. */
  readonly targets?: readonly ProbeTarget[];
  readonly onFound?: (device: DiscoveredDevice) => void;
  readonly clock?: Clock;
}

export interface DiscoveredDevice extends ProbeMatch {
  /** Who sent the answer. */
  readonly from: string;
}

/** @see WS-Discovery 1.0, section 2.4 */
const EVERYBODY: ProbeTarget = { host: "239.255.255.250", port: 3702 };
/** A datagram may be lost; cameras answer the same question once more. */
const ASK_AT_MS = [0, 250, 1_000];
const MAX_INTERFACES = 16;
const MAX_DATAGRAMS = 8_192;
const MAX_DEVICES = 1_024;

/**
 * Looks for ONVIF cameras on all our networks at once. Whatever comes that is no answer to our question is passed over.
 *
 * @throws CameraError `camera/unreachable` where no network can be asked, or the signal's reason.
 */
export async function discoverDevices(options: DiscoverOptions): Promise<readonly DiscoveredDevice[]> {
  const { signal, timeoutMs, clock = systemClock, targets = [EVERYBODY] } = options;
  signal.throwIfAborted();
  const messageId = `urn:uuid:${randomUUID()}`;
  const collected = new Collected(messageId, options.onFound);
  const sockets: Socket[] = [];
  try {
    for (const address of (options.interfaces ?? ownAddresses()).slice(0, MAX_INTERFACES)) {
      const socket = await openSocket(address);
      if (socket === undefined) continue;
      socket.on("message", (datagram, { address: from }) => collected.add(datagram, from));
      sockets.push(socket);
    }
    if (sockets.length === 0) throw new CameraError("camera/unreachable", "no network to look for cameras on");
    const probe = encodeProbe(messageId);
    const endMs = clock.monotonicMs() + timeoutMs;
    const startMs = clock.monotonicMs();
    for (const atMs of ASK_AT_MS.filter((ms) => ms < timeoutMs)) {
      await clock.sleep(Math.max(0, startMs + atMs - clock.monotonicMs()), signal);
      // Without a way out of one interface the others are still worth asking.
      for (const socket of sockets)
        for (const { host, port } of targets) socket.send(probe, port, host, () => undefined);
    }
    await clock.sleep(Math.max(0, endMs - clock.monotonicMs()), signal);
    return collected.devices;
  } finally {
    await Promise.all(sockets.map(closeSocket));
  }
}

function ownAddresses(): readonly string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === "IPv4" && !internal)
    .map(({ address }) => address);
}

/** Undefined where the interface has gone, or knows no multicast. */
async function openSocket(address: string): Promise<Socket | undefined> {
  const socket = createSocket("udp4");
  try {
    socket.bind(0, address);
    await once(socket, "listening");
    socket.setMulticastInterface(address);
    // Errors of single datagrams, such as a port that nobody listens on.
    socket.on("error", () => undefined);
    return socket;
  } catch {
    await closeSocket(socket);
    return undefined;
  }
}

async function closeSocket(socket: Socket): Promise<void> {
  const closed = once(socket, "close");
  socket.close();
  await closed;
}

class Collected {
  readonly #messageId: string;
  readonly #onFound: ((device: DiscoveredDevice) => void) | undefined;
  readonly #byEndpoint = new Map<string, DiscoveredDevice>();
  #datagrams = 0;

  constructor(messageId: string, onFound: ((device: DiscoveredDevice) => void) | undefined) {
    this.#messageId = messageId;
    this.#onFound = onFound;
  }

  get devices(): readonly DiscoveredDevice[] {
    return [...this.#byEndpoint.values()];
  }

  add(datagram: Buffer, from: string): void {
    this.#datagrams += 1;
    if (this.#datagrams > MAX_DATAGRAMS) return;
    for (const match of parseProbeMatches(datagram, this.#messageId)) {
      // The same camera answers on each of our networks, and to each question.
      if (this.#byEndpoint.has(match.endpoint) || this.#byEndpoint.size >= MAX_DEVICES) continue;
      const device = { ...match, from };
      this.#byEndpoint.set(match.endpoint, device);
      this.#onFound?.(device);
    }
  }
}
