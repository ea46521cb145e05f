import { Counter, Histogram, type Registry } from "prom-client";

/** What the ingest counts. */
export interface IngestMetrics {
  readonly rows: Counter;
  readonly batches: Counter;
  readonly bytes: Counter;
  readonly busy: Counter;
  readonly quarantined: Counter;
  readonly conflicts: Counter;
  readonly retries: Counter;
  readonly commitSeconds: Histogram;
}

export function createIngestMetrics(registry: Registry): IngestMetrics {
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `outpost_ingest_${name}_total`, help, registers: [registry] });
  return {
    rows: counter("rows", "New rows committed"),
    batches: counter("batches", "Batches answered"),
    bytes: counter("bytes", "Bytes of batches answered"),
    busy: counter("busy", "Batches turned away because the queue was full"),
    quarantined: counter("quarantined", "Rows and batches put into quarantine"),
    conflicts: counter("conflicts", "Rows that used a number a second time"),
    retries: counter("retries", "Transactions tried again"),
    commitSeconds: new Histogram({
      name: "outpost_ingest_commit_seconds",
      help: "Time from beginning a transaction to its commit",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
      registers: [registry],
    }),
  };
}
