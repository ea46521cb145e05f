import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { z } from "zod";

import { SECURITY_HEADERS } from "../../api/console.ts";
import { PROBLEM_STATUS } from "../../api/problems.ts";
import type { Alarm, Command, GatewaySummary, LiveEventName, LiveEvents, PointLatest } from "../../api/schemas.ts";
import { acknowledgeBody, alarmDetail, alarmPage, command, demo, device, gatewaySummary } from "../../api/schemas.ts";
import { historyQuery, liveEvents, pointHistory, pointLatest } from "../../api/schemas.ts";
import {
  sampleAlarmDetail,
  sampleAlarms,
  sampleDevices,
  sampleGateways,
  sampleHistory,
  samplePoints,
  STATION,
  stormAlarm,
} from "./sample-data.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** Answered without a body. */
const DONE = Symbol("done");

/**
 * A small fleet over real HTTP, for states of the page that a real one cannot be brought into at will: nothing there,
 * reads that fail, a stream that breaks. Every answer is checked against the API's own schemas.
 */
export class SampleFleet implements AsyncDisposable {
  readonly #server: Server;
  readonly #dist: string;
  readonly #listeners = new Set<ServerResponse>();
  #commands: Command[] = [];
  #gateways: GatewaySummary[];
  #points: PointLatest[];
  #alarms: Alarm[];
  /** Reads answer 503 while set. */
  areReadsFailing = false;
  /** The live stream is refused while set. */
  isStreamRefused = false;

  constructor(dist: string, isEmpty: boolean) {
    const nowMs = Date.now();
    this.#dist = dist;
    this.#gateways = isEmpty ? [] : sampleGateways(nowMs);
    this.#points = samplePoints(STATION.gatewayId, nowMs);
    this.#alarms = isEmpty ? [] : sampleAlarms(nowMs);
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      });
    });
  }

  /** @param dist  the built console. @returns it, listening on a free port. */
  static async open(dist: string, { isEmpty = false } = {}): Promise<SampleFleet> {
    const fleet = new SampleFleet(dist, isEmpty);
    await new Promise<void>((resolve) => {
      fleet.#server.listen(0, "127.0.0.1", resolve);
    });
    return fleet;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the sample fleet is not listening");
    return `http://127.0.0.1:${address.port}`;
  }

  /** A point of the station changes; pages hear of it. */
  say(pointId: string, value: number | null, badReason: string | null = null): void {
    this.#points = this.#points.map((point) =>
      point.id === pointId ? { ...point, value, badReason, occurredAtMs: Date.now() } : point,
    );
    this.emit(
      "points",
      this.#points.filter((point) => point.id === pointId),
    );
  }

  raise(alarm: Alarm): void {
    this.#alarms = [alarm, ...this.#alarms.filter((one) => one.id !== alarm.id)];
    this.emit("alarm", alarm);
  }

  setOnline(gatewayId: string, isOnline: boolean): void {
    this.#gateways = this.#gateways.map((gateway) =>
      gateway.id === gatewayId ? { ...gateway, state: isOnline ? "online" : "offline" } : gateway,
    );
    for (const gateway of this.#gateways) this.emit("gateway", gateway);
  }

  emit<Name extends LiveEventName>(name: Name, value: LiveEvents[Name]): void {
    const data = JSON.stringify(liveEvents[name].parse(value));
    for (const listener of this.#listeners) listener.write(`event: ${name}\ndata: ${data}\n\n`);
  }

  /** Breaks every live stream; whether new ones are refused is `isStreamRefused`. */
  cutStreams(): void {
    for (const listener of this.#listeners) listener.destroy();
    this.#listeners.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://sample");
    if (!url.pathname.startsWith("/api/")) return this.#serveFile(url.pathname, response);
    if (url.pathname === "/api/live") return this.#listen(request, response);
    const answer = this.areReadsFailing ? undefined : await this.#read(url, request);
    if (answer === DONE) {
      response.writeHead(204).end();
      return;
    }
    if (answer !== undefined) {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      return;
    }
    const code = this.areReadsFailing ? "api/unavailable" : "api/not-found";
    const status = PROBLEM_STATUS[code];
    const problem = { type: "about:blank", title: "", status, code, detail: "as the test wishes" };
    response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify(problem));
  }

  async #read(url: URL, request: IncomingMessage): Promise<unknown> {
    const [, , kind, first, second, third, fourth] = url.pathname.split("/");
    if (kind === "demo" && first === undefined) return demo.parse({ isAvailable: true });
    if (kind === "demo") {
      this.#storm();
      return DONE;
    }
    if (kind === "gateways" && first === undefined) return z.array(gatewaySummary).parse(this.#gateways);
    if (kind === "gateways" && second === "devices") return z.array(device).parse(sampleDevices(first ?? ""));
    if (kind === "devices" && third === "points") {
      return z
        .array(pointLatest)
        .parse(this.#points.map((point) => ({ ...point, gatewayId: first, deviceId: second })));
    }
    if (kind === "points" && fourth === "history") {
      const { fromMs, toMs } = historyQuery.parse(Object.fromEntries(url.searchParams));
      return pointHistory.parse(sampleHistory(third ?? "", { fromMs, toMs }, Date.now()));
    }
    if (kind === "alarms" && first === undefined) {
      const isOpen = url.searchParams.get("state") === "open";
      const alarms = this.#alarms.filter((alarm) => !isOpen || alarm.state !== "normal");
      return alarmPage.parse({ alarms, nextCursor: null });
    }
    if (kind === "commands") return this.#commands.find((one) => one.id === first);
    const alarm = this.#alarms.find((one) => one.id === first);
    if (kind !== "alarms" || alarm === undefined) return undefined;
    if (second === "acknowledge") return command.parse(this.#acknowledge(alarm, await readBody(request)));
    return alarmDetail.parse(sampleAlarmDetail(alarm, this.#commandsFor(alarm.id)));
  }

  /** The gateway's part: the alarm changes first, then the result comes. */
  #acknowledge(alarm: Alarm, body: unknown): Command {
    const { actor, note, expectedVersion } = acknowledgeBody.parse(body);
    const sent: Command = {
      id: randomBytes(16).toString("hex"),
      gatewayId: alarm.gatewayId,
      actor,
      order: { kind: "acknowledge", occurrenceId: alarm.id, expectedVersion },
      ttlMs: 10_000,
      sentAtMs: Date.now(),
      state: "sent",
      detail: null,
      selectionId: null,
      before: null,
      after: null,
      answeredAtMs: null,
    };
    this.#commands.push(sent);
    setTimeout(() => {
      const version = alarm.version + 1;
      const at = { occurredAtMs: Date.now(), actor, note: note ?? null };
      this.raise({ ...alarm, ...at, version, state: "active-acknowledged", change: "acknowledged" });
      const done: Command = { ...sent, state: "done", answeredAtMs: Date.now() };
      this.#commands = this.#commands.map((one) => (one.id === done.id ? done : one));
      this.emit("command", done);
    }, 150);
    return sent;
  }

  #commandsFor(alarmId: string): Command[] {
    return this.#commands.filter(({ order }) => "occurrenceId" in order && order.occurrenceId === alarmId);
  }

  #storm(): void {
    this.say("inflow", 164);
    this.say("level", 3.26);
    this.say("highLevelFloat", 1);
    this.say("pump2.running", 1);
    this.say("siren", 1);
    this.raise(stormAlarm(Date.now()));
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    if (this.isStreamRefused) {
      response.writeHead(503).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(": here\n\n");
    this.#listeners.add(response);
    request.on("close", () => this.#listeners.delete(response));
  }

  async #serveFile(path: string, response: ServerResponse): Promise<void> {
    const name = extname(path) === "" ? "index.html" : normalize(path);
    const content = await readFile(join(this.#dist, name));
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      "content-type": CONTENT_TYPES[extname(name)] ?? "application/octet-stream",
    });
    response.end(content);
  }
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
}
