import { Histogram, renderMetrics, type Metric, type Sample } from "./prometheus.ts";
import type { Snapshot } from "./snapshot.ts";

const LADDERS = ["normal", "no-evidence", "thin-measurements", "no-measurements", "no-occurrences"] as const;
const HEALTHS = ["starting", "online", "offline", "fault"] as const;
const PHASES = ["offline", "greeting", "live"] as const;

/** The gateway's figures for Prometheus: the snapshot's, and the latency of alarm actions since the start. */
export class GatewayMetrics {
  readonly #actionLatency = new Histogram({
    name: "outpost_alarm_action_latency_seconds",
    help: "From a reading's arrival to the hand-over of the alarm's write to its device.",
    bounds: [0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1],
  });

  observeAction(latencyMs: number): void {
    this.#actionLatency.observe(latencyMs / 1_000);
  }

  render(snapshot: Snapshot): string {
    const { journal, uplink, loopDelay, devices, eventsLost } = snapshot;
    return renderMetrics([
      gauge("gateway_info", "Always 1; says who this is.", [
        [{ gateway: snapshot.gatewayId, version: snapshot.agentVersion }, 1],
      ]),
      gauge(
        "journal_waiting_rows",
        "Rows the fleet has not confirmed yet.",
        Object.entries(journal?.waiting ?? {}).map(([stream, rows]) => [{ stream }, rows]),
      ),
      gauge("journal_used_bytes", "Disk space the journal uses.", [[{}, journal?.bytesUsed ?? 0]]),
      gauge(
        "journal_ladder",
        "1 at the rung of the disk ladder the journal is on.",
        oneOf("ladder", LADDERS, journal?.ladder),
      ),
      gauge("uplink_phase", "1 at the phase the uplink is in.", oneOf("phase", PHASES, uplink?.phase)),
      gauge("loop_delay_seconds", "How late the core's event loop was.", [
        [{ quantile: "0.99" }, loopDelay.p99Ms / 1_000],
        [{ quantile: "0.999" }, loopDelay.p999Ms / 1_000],
      ]),
      gauge(
        "device_state",
        "1 at the state each device is in.",
        devices.flatMap(({ id, health }) => oneOf("state", HEALTHS, health.state, { device: id })),
      ),
      gauge("alarms", "Alarms that stand or are shelved.", countAlarms(snapshot)),
      gauge("alarms_raised_in_10_minutes", "ISA-18.2: more than 10 are more than one person can answer.", [
        [{}, snapshot.alarmRate?.raised ?? 0],
      ]),
      gauge(
        "alarm_flood",
        "1 for each device or group of which more alarms come than a person can answer.",
        (snapshot.alarmRate?.floods ?? []).map((source) => [{ source }, 1]),
      ),
      gauge("clock_is_doubtful", "1 while the wall clock cannot be trusted.", [
        [{}, snapshot.now.confidence === "doubtful" ? 1 : 0],
      ]),
      gauge("memory_rss_bytes", "Resident memory of the core.", [[{}, snapshot.memoryRssBytes]]),
      {
        name: "outpost_events_lost_total",
        help: "Events that found no place in a queue since the start.",
        type: "counter",
        samples: [[{}, eventsLost]],
      },
      this.#actionLatency,
    ]);
  }
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `outpost_${name}`, help, type: "gauge", samples };
}

/** A sample for each possible word: 1 at the one that is so, 0 at the others. */
function oneOf(label: string, words: readonly string[], is: string | undefined, labels = {}): Sample[] {
  return words.map((word) => [{ ...labels, [label]: word }, word === is ? 1 : 0]);
}

function countAlarms({ alarms }: Snapshot): Sample[] {
  const counts = new Map<string, { labels: { priority: string; state: string }; count: number }>();
  for (const { rule, life } of alarms) {
    const labels = { priority: rule.priority, state: life.state };
    const counted = counts.get(`${labels.priority} ${labels.state}`) ?? { labels, count: 0 };
    counted.count += 1;
    counts.set(`${labels.priority} ${labels.state}`, counted);
  }
  return [...counts.values()].map(({ labels, count }) => [labels, count]);
}
