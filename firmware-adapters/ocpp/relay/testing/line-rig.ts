import { once } from "node:events";
import { createServer } from "node:http";

import type { Clock } from "@outpost/kernel/clock.ts";
import { silentLog } from "@outpost/kernel/log.ts";
import { WebSocket, WebSocketServer } from "ws";

import { HOST } from "../../testing/ocpp-rig.ts";
import { Gate } from "../gate.ts";
import type { Frame } from "../line/frames.ts";
import type { LineEnd, RelayLine } from "../line/relay-line.ts";
import { relaySettings } from "../settings.ts";

/** A line between two bare sockets: what a station and a central system could do wrong, these can. */
export interface LineRig extends AsyncDisposable {
  readonly line: RelayLine;
  /** The station's end and the central system's end. */
  readonly station: WebSocket;
  readonly csms: WebSocket;
  /** What came out at each end, as texts. */
  readonly atStation: string[];
  readonly atCsms: string[];
  readonly frames: (readonly ["station" | "upstream", Frame])[];
  readonly ended: Promise<LineEnd>;
  /** Called with every message that has passed. */
  onFrame: () => void;
}

/** @param ofStation  options of the station's own socket. */
export async function lineRig(
  clock: Clock,
  relay: object = {},
  ofStation: { readonly perMessageDeflate?: boolean } = {},
): Promise<LineRig> {
  const upstream = new WebSocketServer({ host: HOST, port: 0, perMessageDeflate: true });
  await once(upstream, "listening");
  const frames: LineRig["frames"] = [];
  let rig: LineRig | undefined;
  const joined = Promise.withResolvers<RelayLine>();
  const gate = new Gate({
    identity: "CP-1",
    versions: ["ocpp1.6"],
    relay: relaySettings.parse({ url: `ws://${HOST}:${portOf(upstream.address())}`, ...relay }),
    clock,
    log: silentLog,
    onLine: (line) => {
      joined.resolve(line);
      return (from, frame) => {
        frames.push([from, frame]);
        rig?.onFrame();
      };
    },
    onEnd: () => {},
    onRefused: (reason) => joined.reject(new Error(reason)),
  });
  const gateway = createServer().listen(0, HOST);
  gateway.on("upgrade", (request, socket, head) => gate.onUpgrade({ request, socket, head }));
  await once(gateway, "listening");
  const atCsms: string[] = [];
  const arrived = once(upstream, "connection");
  const station = new WebSocket(`ws://${HOST}:${portOf(gateway.address())}/CP-1`, ["ocpp1.6"], ofStation);
  const atStation = texts(station);
  const [csms]: WebSocket[] = await arrived;
  if (csms === undefined) throw new Error("nobody came");
  collect(csms, atCsms);
  await once(station, "open");
  const line = await joined.promise;
  rig = {
    line,
    station,
    csms,
    atStation,
    atCsms,
    frames,
    ended: line.ended,
    onFrame: () => {},
    async [Symbol.asyncDispose]() {
      for (const socket of [station, csms]) socket.resume();
      await gate.close("the test is over");
      for (const socket of [station, csms]) socket.terminate();
      upstream.close();
      gateway.close();
      gateway.closeAllConnections();
    },
  };
  return rig;
}

function texts(socket: WebSocket): string[] {
  const list: string[] = [];
  collect(socket, list);
  return list;
}

function collect(socket: WebSocket, list: string[]): void {
  socket.on("error", () => {});
  socket.on("message", (data: Buffer) => list.push(data.toString()));
}

function portOf(address: unknown): number {
  if (typeof address !== "object" || address === null || !("port" in address)) throw new Error("no port");
  return Number(address.port);
}
