/** Labels and value of one sample. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number];

/** One figure with its samples, as a scrape shows it. */
export interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly samples: readonly Sample[];
}

export const PROMETHEUS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

/**
 * Writes metrics in Prometheus' text format. Ours, because the usual client library brings a telemetry stack along that
 * costs the core seven megabytes of its memory.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderMetrics(metrics: readonly (Metric | Histogram)[]): string {
  return metrics
    .map((metric) => (metric instanceof Histogram ? renderHistogram(metric) : renderMetric(metric)))
    .join("");
}

/** Counts observations in buckets. Bounds ascend; whatever is above the last counts as `+Inf`. */
export class Histogram {
  readonly name: string;
  readonly help: string;
  readonly bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(options: { readonly name: string; readonly help: string; readonly bounds: readonly number[] }) {
    this.name = options.name;
    this.help = options.help;
    this.bounds = options.bounds;
    this.#counts = Array.from({ length: options.bounds.length + 1 }, () => 0);
  }

  get sum(): number {
    return this.#sum;
  }

  observe(value: number): void {
    const found = this.bounds.findIndex((bound) => value <= bound);
    const place = found < 0 ? this.bounds.length : found;
    this.#counts[place] = (this.#counts[place] ?? 0) + 1;
    this.#sum += value;
  }

  /** How many observations were at most each bound; the last is all of them. */
  cumulative(): number[] {
    let total = 0;
    return this.#counts.map((count) => (total += count));
  }
}

function renderHistogram(histogram: Histogram): string {
  const { name, help, bounds, sum } = histogram;
  const counts = histogram.cumulative();
  const buckets = counts.map((count, place) =>
    sample(`${name}_bucket`, { le: String(bounds[place] ?? "+Inf") }, count),
  );
  const total = sample(`${name}_sum`, {}, sum) + sample(`${name}_count`, {}, counts.at(-1) ?? 0);
  return head(name, help, "histogram") + buckets.join("") + total;
}

function renderMetric({ name, help, type, samples }: Metric): string {
  return head(name, help, type) + samples.map(([labels, value]) => sample(name, labels, value)).join("");
}

function head(name: string, help: string, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, label]) => `${key}="${escapeLabel(label)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escapeLabel(label: string): string {
  return label.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
