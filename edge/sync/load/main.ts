/**
 * A gateway without devices: the real journal and the real sync, fed with numbered records as fast as asked. For the
 * fault rounds and the benches, which run it as a process, kill it and compare what it said with what the fleet holds.
 *
 * stdout, one JSON object a line: `{"ready":true,"filled":n}`, then `{"durable":[from,through]}` for numbers whose
 * records are committed here, then with `--exit-when-drained` a last `{"drained":n}`. stdin: a line `go` starts the
 * uplink, `load` and `hush` switch the load on and off, `alarm` raises one alarm, answered by
 * `{"raised":n,"atMs":monotonic}`; its end ends the process.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

import { createLog } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { runLoadGateway, type LoadOptions } from "./load-gateway.ts";

const USAGE = `Usage: node edge/sync/load/main.ts --state DIR --url MQTT_URL --gateway ID
  [--fill N]            write N records before the uplink starts
  [--rate N]            records a second under load (default 200)
  [--first N]           the first record's number (default 1)
  [--devices N]         devices the records are spread over (default 4)
  [--body-bytes N]      size of one record (default 1024)
  [--exit-when-drained] end once the fleet has everything
`;

function parseOptions(): LoadOptions | undefined {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      url: { type: "string" },
      gateway: { type: "string" },
      fill: { type: "string", default: "0" },
      rate: { type: "string", default: "200" },
      first: { type: "string", default: "1" },
      devices: { type: "string", default: "4" },
      "body-bytes": { type: "string", default: "1024" },
      "exit-when-drained": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { state, url, gateway } = values;
  if (values.help || state === undefined || url === undefined || gateway === undefined) {
    (values.help ? process.stdout : process.stderr).write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return undefined;
  }
  const [fill = 0, rate = 0, first = 1, devices = 1, bodyBytes = 0] = [
    values.fill,
    values.rate,
    values.first,
    values.devices,
    values["body-bytes"],
  ].map(Number);
  const exitWhenDrained = values["exit-when-drained"];
  return { directory: state, url, gatewayId: gateway, fill, rate, first, devices, bodyBytes, exitWhenDrained };
}

try {
  const options = parseOptions();
  if (options !== undefined) {
    await runLoadGateway(options, {
      log: createLog("load-gateway", process.env["OUTPOST_LOG_LEVEL"] ?? "warn"),
      commands: createInterface({ input: process.stdin }),
      say: (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
    });
  }
} catch (error) {
  process.stderr.write(`${asError(error).message}\n`);
  process.exitCode = 1;
} finally {
  // Whoever started us may hold the other end open.
  process.stdin.destroy();
}
