import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

import type { SeededRandom } from "../../seeded-random.ts";
import type { DevicesSite } from "../site/devices-site.ts";
import type { Place } from "../site/place.ts";
import type { Fault } from "./fault.ts";

const HEX_BYTES = 200;
/** Of what passes on a noisy line: so much is spoilt. */
const NOISE_SHARE = 0.3;
/** Later than any answer that a reading may be made of, and often while the same is being asked for once more. */
const LATE_MS = { least: 3_500, most: 5_000 };

/** What simulators that are asked do wrong in their answers, whichever they are. */
const WRONGS = ["garbage", "silence", "half-frame", "reset", "late"] as const;

/** Bytes that mean nothing, and answers that are none. */
export const GARBAGE_FAULTS: readonly Fault[] = [
  {
    name: "strangers",
    weight: 1,
    // Somebody else calls every port that the gateway listens at, and sends whatever it pleases.
    async run(site, random) {
      const called = site.places.filter(({ device }) => device.caller === "device");
      await Promise.all(called.map(({ port }) => callAsStranger(port, bytes(random, 2_000))));
      await delay(500);
    },
  },
  {
    name: "garbage",
    weight: 2,
    // The devices themselves say it, in the middle of what they have to say.
    async run(site, random) {
      for (let time = 0; time < 3; time += 1) {
        for (const [id, lever, body] of nonsense(random))
          await site
            .place(id)
            .levers.pull(lever, body)
            .catch(() => {});
        await delay(random.between(50, 500));
      }
    },
  },
  {
    name: "noise",
    weight: 3,
    // Now and then one byte is another one when it arrives, on every line whose frames bear a check of their own.
    async run(site, random) {
      using noises = new DisposableStack();
      for (const { line } of site.places.filter(({ device }) => device.isChecked)) {
        noises.use(line.proxy.watch((passing) => spoilOne(passing, random)));
      }
      await delay(random.between(2_000, 5_000));
    },
  },
  {
    name: "wrong-answers",
    weight: 3,
    async run(site, random, diary) {
      const asked = asks(site);
      for (const place of asked) {
        const kind = random.pick(WRONGS);
        const late = kind === "late" ? { delayMs: Math.round(random.between(LATE_MS.least, LATE_MS.most)) } : {};
        const requests = 1 + Math.floor(random.between(0, 4));
        await place.levers.pull("misbehave", { kind, requests, ...late });
      }
      await delay(random.between(2_000, 6_000));
      for (const place of asked) await place.levers.pull("behave", {});
      diary.quietAtMs = performance.now() + LATE_MS.most;
    },
  },
];

/** Those that are asked, and whose simulators answer wrong on request. */
function asks(site: DevicesSite): readonly Place[] {
  return ["locker-wall", "pump-station", "serial-pumps", "meter"].map((id) => site.place(id));
}

function nonsense(random: SeededRandom): readonly (readonly [id: string, lever: string, body: object])[] {
  const hex = (): string => bytes(random, HEX_BYTES).toString("hex");
  return [
    ["panel", "garbage", { account: "1234", bytes: HEX_BYTES }],
    ["panel", "wrong-crc", { account: "1234", count: 2 }],
    ["coded-panel", "garbage", { account: "5678", bytes: HEX_BYTES }],
    ["outfall", "garbage", { hex: hex() }],
    ["outfall", "wrong-crc", { count: 2 }],
    ["river-gauge", "garbage", { hex: hex() }],
    ["river-gauge", "wrong-crc", { count: 2 }],
    ["call-button", "garbage", { button: "zigbee-1" }],
    ["call-button", "again", { button: "zigbee-1" }],
  ];
}

function spoilOne(passing: Buffer, random: SeededRandom): void {
  if (random.next() > NOISE_SHARE) return;
  const at = Math.floor(random.between(0, passing.length));
  passing[at] = (passing[at] ?? 0) ^ Math.floor(random.between(1, 256));
}

function bytes(random: SeededRandom, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => Math.floor(random.between(0, 256))));
}

async function callAsStranger(port: number, said: Buffer): Promise<void> {
  const socket = connect(port, "127.0.0.1");
  // Who is called may be dying in this moment, and whatever comes of it is none of the stranger's business.
  socket.on("error", () => socket.destroy());
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.write(said);
  await delay(200);
  socket.destroy();
  await closed;
}
