import { runMeasurement } from "./measurement.ts";

await runMeasurement("npm run bench --", {
  journal: {
    script: "edge/journal/bench/journal-bench.ts",
    summary: "durable rows a second, against a bare better-sqlite3 loop (at least 0.80 of it)",
  },
  modbus: {
    script: "firmware-adapters/modbus/bench/bench.ts",
    summary: "registers a second, against a bare modbus-serial loop (at least 0.90 of it)",
  },
  "rule-latency": {
    script: "edge/rules/bench/rule-latency.ts",
    summary: "from an event at the adapter to the actuator's write, the disk busy (p99 at most 10 ms)",
  },
  enrol: {
    script: "fleet/enrol/bench/enrol-bench.ts",
    summary: "gateways claimed a minute by the embedded fleet, beside bare signing (at least 1,000)",
  },
  ingest: {
    script: "fleet/ingest/bench/ingest-bench.ts",
    summary: "rows a second from filled journals to the fleet's tables, against bare COPY (at least 0.50 of it)",
  },
  codecs: {
    script: "firmware-adapters/bench/codecs.ts",
    summary: "frames a second of every adapter's parser (none below 50,000)",
  },
  locker: {
    script: "firmware-adapters/locker/bench/bench.ts",
    summary: "from a command to the door's pulse, against the bare bus",
  },
  button: {
    script: "edge/rules/bench/button-latency.ts",
    summary: "from a contact's edge to the siren's write, the site otherwise idle (p99 at most 20 ms)",
  },
  "alarm-latency": {
    script: "edge/rules/bench/alarm-latency.ts",
    summary:
      "from a contact's edge to the siren's write through a whole gateway: idle (p99 at most 20 ms), both cores burnt, disk stalled, broker flapping (100 ms)",
  },
  ocpp: {
    script: "edge/gateway/bench/ocpp-bench.ts",
    summary:
      "messages a second of 200 charge points on one gateway, against a bare ocpp-rpc server (at least 0.50 of it)",
  },
  vision: {
    script: "edge/vision/bench/vision-bench.ts",
    summary: "pictures to scene events on YOLOX-nano, against sharp and ONNX Runtime alone (at least 0.92 of it)",
  },
  drain: {
    script: "fleet/e2e/drain/drain-bench.ts",
    summary: "a backlog of 200,000 records, with alarms raised meanwhile (at least 5,000 records/s, alarms within 1 s)",
  },
});
