import type { Log } from "@outpost/kernel/log.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";
import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Gauge, Registry } from "prom-client";

import { createApi } from "./api/api.ts";
import { openLiveHub } from "./api/live/live-hub.ts";
import type { FleetBus, OnUplink } from "./broker/bus.ts";
import { openEmbeddedBroker } from "./broker/embedded-broker.ts";
import { openExternalBroker } from "./broker/external-broker.ts";
import { admitGateway } from "./enrol/admit.ts";
import { openGatewayServer } from "./enrol/est/gateway-server.ts";
import type { TlsListener } from "./enrol/est/server-identity.ts";
import { openEnrolment, publicUrl, type EnrolSettings } from "./enrol/open-enrolment.ts";
import { takeAllOffline } from "./ingest/gateways.ts";
import { openIngest } from "./ingest/ingest.ts";
import { createIngestMetrics } from "./ingest/metrics.ts";
import { listenForChanges, type Change } from "./store/changes.ts";
import { openPool } from "./store/database.ts";
import { openStore } from "./store/store.ts";
import { runUpkeep, type Retention } from "./store/upkeep.ts";

const LOOPBACK = /^(localhost|127\..+|::1)$/;

export interface Address {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

/** Everything a fleet process is told from outside. */
export interface FleetSettings {
  readonly stateDir: string;
  readonly http: Address;
  /** Where the embedded broker listens; unused with `mqttUrl`. */
  readonly mqtt: Address;
  readonly maxConnections: number;
  readonly databaseUrl: string | undefined;
  readonly mqttUrl: string | undefined;
  /** Several fleet processes share one external broker's messages under this name. */
  readonly share: string | undefined;
  readonly retention: Retention;
  readonly consoleDir: string;
  readonly demoControlUrl: string | undefined;
  /** Gateways with certificates; undefined: none, and only who is on this machine gets in. */
  readonly enrol: EnrolSettings | undefined;
}

/** A fleet process that works. Disposing it finishes the transactions under way and stops what it started. */
export interface Fleet extends AsyncDisposable {
  readonly http: string;
  readonly mqtt: string;
  /** Where gateways enrol, and where they come in with their certificates; undefined without `enrol`. */
  readonly https: string | undefined;
  readonly mqtts: string | undefined;
}

type OpenedEnrolment = Awaited<ReturnType<typeof openEnrolment>>;

/**
 * Opens the database, the ingest, the broker and the API, in this order: nothing is taken before it can be stored.
 *
 * @throws StoreError, BrokerError, or the listener's own error.
 */
export async function openFleet(settings: FleetSettings, log: Log, signal: AbortSignal): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  checkListeners(settings, log);
  const { url } = stack.use(await openStore({ ...settings, log }, signal));
  const ingestPool = openPool({ url, name: "ingest", maxConnections: 8, statementTimeoutMs: 60_000 }, log);
  stack.defer(async () => await ingestPool.end());
  const apiPool = openPool({ url, name: "api", maxConnections: 8, statementTimeoutMs: 15_000 }, log);
  stack.defer(async () => await apiPool.end());
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ingest = stack.use(openIngest({ pool: ingestPool, metrics: createIngestMetrics(registry), log }));
  // Whoever was connected to our own broker is not any more: it has only just begun.
  if (settings.mqttUrl === undefined) await takeAllOffline(ingestPool);
  const { enrol } = settings;
  const opened = enrol && (await openEnrolment(enrol, settings.stateDir, apiPool, log));
  const bus = stack.use(await openBus(settings, opened, ingest.onUplink, log));
  const live = stack.use(openLiveHub({ url, pool: apiPool, log }));
  addGauges(registry, { queuedBytes: () => ingest.queuedBytes, liveClients: () => live.clientCount });
  const { consoleDir, demoControlUrl } = settings;
  const queuedBytes = (): number => ingest.queuedBytes;
  const doors = enrol && opened && (await openDoors({ enrol, opened, bus, url, log }, stack));
  const api = await createApi({
    pool: apiPool,
    bus,
    live,
    registry,
    log,
    queuedBytes,
    consoleDir,
    demoControlUrl,
    enrol: opened && doors && { enrolment: opened.enrolment, fleetUrl: doors.https },
  });
  stack.defer(async () => await api.close());
  const http = await listen(api, settings.http);
  stack.use(keepUp(async (stop) => await runUpkeep(apiPool, settings.retention, log, stop)));
  const kept = stack.move();
  return {
    http,
    mqtt: bus.url,
    https: doors?.https,
    mqtts: doors?.mqtts,
    [Symbol.asyncDispose]: async () => await kept.disposeAsync(),
  };
}

function checkListeners({ http, mqtt, mqttUrl }: FleetSettings, log: Log): void {
  if (mqttUrl === undefined && !LOOPBACK.test(mqtt.host)) {
    throw new Error(
      `the plain broker listens on this machine only, not on ${mqtt.host}; gateways elsewhere come with certificates (--mqtts)`,
    );
  }
  if (LOOPBACK.test(http.host)) return;
  log.warn("there are no accounts yet: whoever reaches this address may do everything", { ...http });
}

async function openBus(
  settings: FleetSettings,
  opened: OpenedEnrolment | undefined,
  onUplink: OnUplink,
  log: Log,
): Promise<FleetBus> {
  const { mqttUrl, share, mqtt, maxConnections, enrol } = settings;
  if (mqttUrl !== undefined) {
    const tls = opened && mqttUrl.startsWith("mqtts:") ? () => opened.identity.options : undefined;
    return await openExternalBroker({ url: mqttUrl, share, tls, log, onUplink });
  }
  const secured = enrol?.mqtts &&
    opened && {
      ...enrol.mqtts,
      tls: opened.identity.options,
      onServer: (server: TlsListener) => opened.identity.serve(server),
      admit: async (certificate: Uint8Array) => await admitGateway(opened.enrolment, certificate),
    };
  return await openEmbeddedBroker({ ...mqtt, maxConnections, log, onUplink, secured });
}

/** Opens what gateways with certificates need beside the broker. */
async function openDoors(
  parts: {
    readonly enrol: EnrolSettings;
    readonly opened: OpenedEnrolment;
    readonly bus: FleetBus;
    readonly url: string;
    readonly log: Log;
  },
  stack: AsyncDisposableStack,
): Promise<{ readonly https: string; readonly mqtts: string }> {
  const { enrol, opened, bus, url, log } = parts;
  const own = bus.securedUrl && publicUrl("mqtts", enrol, Number(new URL(bus.securedUrl).port));
  const mqtts = enrol.brokerUrl ?? own ?? bus.url;
  if (!mqtts.startsWith("mqtts:")) {
    throw new Error("gateways with certificates need a broker over TLS: --mqtts for our own, --broker-url for another");
  }
  const server = stack.use(await openGatewayServer({ ...enrol.https, ...opened, log, mqttUrl: () => mqtts }));
  stack.use(keepUp(async (stop) => await opened.identity.keepFresh(log, stop)));
  const letGo = (gatewayIds: readonly string[] | "all"): void => {
    bus.letGoRevoked(gatewayIds).catch((error: unknown) => {
      log.error("revoked gateways could not be let go", { reason: asError(error).message });
    });
  };
  const listener = {
    onChange: ({ revoked = [] }: Change) => {
      if (revoked.length > 0) letGo(revoked);
    },
    onGap: () => letGo("all"),
  };
  stack.use(keepUp(async (stop) => await listenForChanges(url, listener, log, stop)));
  return { https: publicUrl("https", enrol, server.port), mqtts };
}

function addGauges(registry: Registry, read: { queuedBytes: () => number; liveClients: () => number }): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    const metric = new Gauge({
      name,
      help,
      registers: [registry],
      collect: () => {
        metric.set(value());
      },
    });
  };
  gauge("outpost_ingest_queued_bytes", "Bytes of batches taken but not yet committed", read.queuedBytes);
  gauge("outpost_live_clients", "Open live streams", read.liveClients);
}

async function listen(api: FastifyInstance, { host, port }: Address): Promise<string> {
  try {
    return await api.listen({ host, port });
  } catch (error) {
    const why = errorCode(error) ?? asError(error).message;
    throw new Error(`cannot listen on ${host}:${port} for HTTP: ${why}`, { cause: error });
  }
}

/** Runs `work` until disposed, and waits for it then. */
function keepUp(work: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const stop = new AbortController();
  const running = work(stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
