import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

import { asError } from "@outpost/kernel/thrown.ts";

import { boundedText } from "../../api/bounded-text.ts";
import type { DemoSimulator, DemoSite } from "../../api/schemas.ts";
import { readGatewayFigures } from "./gateway-figures.ts";
import type { TcpProxy } from "./tcp-proxy.ts";

/** What the hub has its hands on. */
export interface HubSubjects {
  readonly gateway: { readonly id: string; readonly pageUrl: string };
  /** The line between gateway and broker. */
  readonly uplink: TcpProxy;
  /** Which pick-up code is good now, by how the simulators stand. */
  readonly pickUpCode: (simulators: readonly DemoSimulator[]) => DemoSite["pickUpCode"];
  readonly simulators: readonly { readonly id: string; readonly kind: string; readonly controlUrl: string }[];
}

interface Reply {
  readonly status: number;
  readonly body: unknown;
}

const HOST = "127.0.0.1";
const LOOK_WITHIN_MS = 1_500;
const PULL_WITHIN_MS = 4_000;
const MAX_BODY_BYTES = 4_096;
const MAX_STATE_BYTES = 16 * 1024;
const MAX_METRICS_BYTES = 256 * 1024;

/**
 * One address for the whole demo: `GET /state` tells how the site really stands (`DemoSite`), `POST /SIMULATOR/LEVER`
 * pulls a simulator's lever, `POST /uplink/cut` and `/uplink/mend` the line's.
 */
export async function startHub(subjects: HubSubjects, port: number): Promise<AsyncDisposable> {
  const server = createServer({ requestTimeout: PULL_WITHIN_MS }, (request, response) => {
    reply(request, subjects).then(
      (answer) => send(response, answer),
      (error: unknown) => send(response, { status: 502, body: { reason: asError(error).message } }),
    );
  });
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen(port, HOST);
  await once(server, "listening");
  return { [Symbol.asyncDispose]: () => close(server) };
}

async function close(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}

function send(response: ServerResponse, { status, body }: Reply): void {
  response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(body)}\n`);
}

async function reply(request: IncomingMessage, subjects: HubSubjects): Promise<Reply> {
  const { method, url = "" } = request;
  // A page somebody happens to look at must not pull levers; browsers name the page in every POST.
  if (request.headers.origin !== undefined) return refusal(403, "not for web pages");
  if (method === "GET" && url === "/state") return { status: 200, body: await lookAround(subjects) };
  const [, simulator = "", lever = "", ...rest] = url.split("/");
  if (method !== "POST" || rest.length > 0) return refusal(404, "there are GET /state and POST /SIMULATOR/LEVER");
  const body = await readBody(request);
  if (body === undefined) return refusal(413, `a lever's body may have ${MAX_BODY_BYTES} bytes`);
  if (simulator === "uplink") return pullUplink(lever, subjects.uplink);
  const controlUrl = subjects.simulators.find(({ id }) => id === simulator)?.controlUrl;
  if (controlUrl === undefined || !/^[a-zA-Z0-9-]+$/.test(lever)) return refusal(404, `no simulator "${simulator}"`);
  return await pull(`${controlUrl}/${lever}`, body);
}

async function lookAround({ gateway, uplink, simulators, pickUpCode }: HubSubjects): Promise<DemoSite> {
  const [metrics, ...states] = await Promise.all([
    look(`${gateway.pageUrl}/metrics`, MAX_METRICS_BYTES),
    ...simulators.map(async ({ id, kind, controlUrl }): Promise<DemoSimulator> => {
      const text = await look(`${controlUrl}/state`, MAX_STATE_BYTES);
      return { id, kind, state: text === undefined ? null : parseState(text) };
    }),
  ]);
  return {
    isAvailable: true,
    gateway: { ...gateway, figures: (metrics === undefined ? undefined : readGatewayFigures(metrics)) ?? null },
    uplink: { isCut: uplink.state === "cut" },
    simulators: states,
    pickUpCode: pickUpCode(states),
  };
}

/** @returns undefined where nobody answers in time, or not with what was asked for. */
async function look(url: string, maxBytes: number): Promise<string | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(LOOK_WITHIN_MS) });
    const text = await boundedText(answer, maxBytes);
    return answer.ok ? text : undefined;
  } catch {
    return undefined;
  }
}

function pullUplink(lever: string, uplink: TcpProxy): Reply {
  if (lever !== "cut" && lever !== "mend") return refusal(404, "the uplink has the levers cut and mend");
  uplink.set(lever === "cut" ? "cut" : "open");
  return { status: 200, body: { state: null } };
}

/** Every simulator answers a lever with the state after it, or with the reason why not. */
async function pull(url: string, body: string): Promise<Reply> {
  const answer = await fetch(url, { method: "POST", body, signal: AbortSignal.timeout(PULL_WITHIN_MS) });
  const text = await boundedText(answer, MAX_STATE_BYTES);
  return answer.ok ? { status: 200, body: { state: parseState(text) } } : refusal(answer.status, text.trim());
}

function parseState(text: string): Record<string, unknown> | null {
  const value: unknown = JSON.parse(text);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : null;
}

function refusal(status: number, reason: string): Reply {
  return { status, body: { reason } };
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) return undefined;
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks).toString("utf8");
}
