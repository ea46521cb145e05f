import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

import { z } from "zod";

import { SECURITY_HEADERS } from "../../api/console.ts";
import { PROBLEM_STATUS } from "../../api/problems.ts";
import type { Alarm, Command, GatewaySummary, LiveEventName, LiveEvents, PointLatest } from "../../api/schemas.ts";
import { acknowledgeBody, alarmDetail, alarmPage, command, commandBody, demo, demoPulled } from "../../api/schemas.ts";
import { device, gatewaySummary, historyQuery, liveEvents, pointHistory, pointLatest } from "../../api/schemas.ts";
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
import { otherPoints } from "./sample-devices.ts";
import { endingOf } from "./sample-orders.ts";
import { SampleSite } from "./sample-site.ts";

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

/** What an alarm says that a call button raises. */
const CALL = {
  id: "ca11ca11ca11ca11ca11ca11ca11ca11",
  ruleId: "call-pressed",
  pointId: "pressed",
  value: 1,
  message: { zh: "有人按下求助按钮", en: "Somebody pressed the call button" },
} as const;

/**
 * A small fleet over real HTTP, for states of the page that a real one cannot be brought into at will: nothing there,
 * reads that fail, a stream that breaks. Every answer is checked against the API's own schemas.
 */
export class SampleFleet implements AsyncDisposable {
  readonly #server: Server;
  readonly #dist: string;
  readonly #listeners = new Set<ServerResponse>();
  readonly #hasDemo: boolean;
  readonly #site = new SampleSite();
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
    this.#hasDemo = !isEmpty;
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

  /** A point of another device changes. */
  sayOf(deviceId: string, pointId: string, value: number): void {
    const point = otherPoints(deviceId, Date.now())?.find(({ id }) => id === pointId);
    if (point !== undefined) this.emit("points", [{ ...point, value, badReason: null, occurredAtMs: Date.now() }]);
  }

  /** Somebody presses a call button, and its alarm comes. */
  call(deviceId: string): void {
    this.raise({ ...stormAlarm(Date.now()), ...CALL, deviceId });
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
    if (kind === "demo") return this.#demo(first, second ?? "");
    if (kind === "gateways" && first === undefined) return z.array(gatewaySummary).parse(this.#gateways);
    if (kind === "gateways" && second === "devices") return z.array(device).parse(sampleDevices(first ?? ""));
    if (kind === "devices" && third === "points") {
      const others = otherPoints(second ?? "", Date.now());
      return z
        .array(pointLatest)
        .parse(others ?? this.#points.map((point) => ({ ...point, gatewayId: first, deviceId: second })));
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
    if (kind === "commands" && first === undefined) return command.parse(this.#order(await readBody(request)));
    if (kind === "commands") return this.#commands.find((one) => one.id === first);
    const alarm = this.#alarms.find((one) => one.id === first);
    if (kind !== "alarms" || alarm === undefined) return undefined;
    if (second === "acknowledge") return command.parse(this.#acknowledge(alarm, await readBody(request)));
    return alarmDetail.parse(sampleAlarmDetail(alarm, this.#commandsFor(alarm.id)));
  }

  #demo(simulator: string | undefined, lever: string): unknown {
    if (!this.#hasDemo) return demo.parse({ isAvailable: false });
    if (simulator === undefined) return demo.parse(this.#site.state);
    if (!this.#site.pull(simulator, lever)) return undefined;
    if (simulator === "uplink") this.setOnline(STATION.gatewayId, !this.#site.isCut);
    else this.#storm();
    return demoPulled.parse({ state: {} });
  }

  /** The gateway's part: the alarm changes first, then the result comes. */
  #acknowledge(alarm: Alarm, body: unknown): Command {
    const { actor, note, expectedVersion } = acknowledgeBody.parse(body);
    const order = { kind: "acknowledge", occurrenceId: alarm.id, expectedVersion } as const;
    return this.#send({ gatewayId: alarm.gatewayId, actor, order }, () => {
      const version = alarm.version + 1;
      const at = { occurredAtMs: Date.now(), actor, note: note ?? null };
      this.raise({ ...alarm, ...at, version, state: "active-acknowledged", change: "acknowledged" });
    });
  }

  #order(body: unknown): Command {
    const { gatewayId, actor, order } = commandBody.parse(body);
    return this.#send({ gatewayId, actor, order });
  }

  /** Takes an order, and answers it a little later. */
  #send(given: Pick<Command, "gatewayId" | "actor" | "order">, carryOut: () => void = () => {}): Command {
    const sent: Command = {
      ...given,
      id: randomBytes(16).toString("hex"),
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
      carryOut();
      const ended: Command = { ...sent, ...endingOf(given.order), answeredAtMs: Date.now() };
      this.#commands = this.#commands.map((one) => (one.id === ended.id ? ended : one));
      this.emit("command", ended);
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
