import { Gauge, Histogram, Registry } from "prom-client";

import type { Snapshot } from "./snapshot.ts";

const LADDERS = ["normal", "no-evidence", "thin-measurements", "no-measurements", "no-occurrences"] as const;
const HEALTHS = ["starting", "online", "offline", "fault"] as const;
const PHASES = ["offline", "greeting", "live"] as const;

/** The gateway's figures in Prometheus' text format, in a registry of their own. */
export class GatewayMetrics {
  readonly #registry = new Registry();
  readonly #actionLatency: Histogram;
  readonly #gauges: ReturnType<typeof createGauges>;

  constructor() {
    this.#gauges = createGauges(this.#registry);
    this.#actionLatency = new Histogram({
      name: "outpost_alarm_action_latency_seconds",
      help: "From a reading's arrival to the hand-over of the alarm's write to its device.",
      buckets: [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
      registers: [this.#registry],
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  observeAction(latencyMs: number): void {
    this.#actionLatency.observe(latencyMs / 1_000);
  }

  async render(snapshot: Snapshot): Promise<string> {
    const gauges = this.#gauges;
    for (const [stream, rows] of Object.entries(snapshot.journal?.waiting ?? {})) gauges.waiting.set({ stream }, rows);
    gauges.journalBytes.set(snapshot.journal?.bytesUsed ?? 0);
    for (const ladder of LADDERS) gauges.ladder.set({ ladder }, snapshot.journal?.ladder === ladder ? 1 : 0);
    for (const phase of PHASES) gauges.uplink.set({ phase }, snapshot.uplink?.phase === phase ? 1 : 0);
    gauges.loopDelay.set({ quantile: "0.99" }, snapshot.loopDelay.p99Ms / 1_000);
    gauges.loopDelay.set({ quantile: "0.999" }, snapshot.loopDelay.p999Ms / 1_000);
    gauges.devices.reset();
    for (const { id, health } of snapshot.devices) {
      for (const state of HEALTHS) gauges.devices.set({ device: id, state }, health.state === state ? 1 : 0);
    }
    gauges.alarms.reset();
    for (const { rule, life } of snapshot.alarms) {
      gauges.alarms.inc({ priority: rule.priority, state: life.state });
    }
    gauges.lost.set(snapshot.eventsLost);
    gauges.memory.set(snapshot.memoryRssBytes);
    gauges.clock.set(snapshot.now.confidence === "doubtful" ? 1 : 0);
    gauges.info.set({ version: snapshot.agentVersion, gateway: snapshot.gatewayId }, 1);
    return await this.#registry.metrics();
  }
}

function createGauges(registry: Registry) {
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name: `outpost_${name}`, help, labelNames, registers: [registry] });
  return {
    waiting: gauge("journal_waiting_rows", "Rows the fleet has not confirmed yet.", ["stream"]),
    journalBytes: gauge("journal_used_bytes", "Disk space the journal uses."),
    ladder: gauge("journal_ladder", "1 at the rung of the disk ladder the journal is on.", ["ladder"]),
    uplink: gauge("uplink_phase", "1 at the phase the uplink is in.", ["phase"]),
    loopDelay: gauge("loop_delay_seconds", "How late the core's event loop was.", ["quantile"]),
    devices: gauge("device_state", "1 at the state each device is in.", ["device", "state"]),
    alarms: gauge("alarms", "Alarms that stand or are shelved.", ["priority", "state"]),
    lost: gauge("events_lost", "Events that found no place in a queue since the start."),
    memory: gauge("memory_rss_bytes", "Resident memory of the core."),
    clock: gauge("clock_is_doubtful", "1 while the wall clock cannot be trusted."),
    info: gauge("gateway_info", "Always 1; says who this is.", ["version", "gateway"]),
  };
}
