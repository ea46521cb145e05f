import { randomBytes, randomUUID } from "node:crypto";

import { parseObject } from "../../json.ts";
import type { SimulatedBroker } from "../broker.ts";
import { keepTelling } from "./keep-telling.ts";
import { SEEN, type Deeds, type Seen, type SimulatedButton } from "./simulated-button.ts";

export const APPLICATION_ID = "17c82e96-be03-4f38-aef3-f83d48582d97";
const INDICATOR_PORT = 10;
const GARBAGE_BYTES = 40;

export interface LoraButtonOptions {
  readonly id: string;
  readonly devEui: string;
  readonly heartbeatMs: number;
}

/** A LoRaWAN button as ChirpStack tells of it. Its lamp takes one byte of 0 to 3 on port 10. */
export class SimulatedLoraButton implements SimulatedButton {
  readonly id: string;
  readonly settings: object;
  readonly deeds: Partial<Deeds> = {
    press: () => this.#press(),
    tamper: async (isTampered) => {
      this.#isTampered = isTampered;
      await this.#uplink(false);
    },
    battery: (percent) => this.#reportBattery(percent),
    silence: async (isSilent) => {
      this.#isSilent = isSilent;
      await this.#uplink(false);
    },
    again: async () => {
      if (this.#last !== "") await this.#say("up", this.#last);
    },
    garbage: () => this.#say("up", randomBytes(GARBAGE_BYTES)),
  };
  readonly #broker: SimulatedBroker;
  readonly #topic: string;
  readonly #deviceInfo: object;
  readonly #stop = new AbortController();
  readonly #beating: Promise<void>;
  #battery = 100;
  #isTampered = false;
  #isSilent = false;
  #presses = 0;
  #fCnt = 0;
  #led: Seen = "off";
  #last = "";

  constructor({ id, devEui, heartbeatMs }: LoraButtonOptions, broker: SimulatedBroker) {
    this.id = id;
    this.settings = {
      source: "chirpstack",
      applicationId: APPLICATION_ID,
      devEui,
      mapping: { pressed: { field: "alarm" }, tamper: { field: "tamper" }, batteryPercent: { field: "battery" } },
      heartbeatMs: Math.max(heartbeatMs, 1_000),
      missedHeartbeats: 3,
      indicator: { fPort: INDICATOR_PORT, off: "00", raised: "01", delivered: "02", acknowledged: "03" },
    };
    this.#broker = broker;
    this.#topic = `application/${APPLICATION_ID}/device/${devEui}`;
    this.#deviceInfo = { applicationId: APPLICATION_ID, deviceProfileName: "sos", deviceName: id, devEui };
    broker.hear(`${this.#topic}/command/down`, (payload) => {
      this.#led = ledOf(payload) ?? this.#led;
    });
    this.#beating = keepTelling(() => this.#uplink(false), heartbeatMs, this.#stop.signal);
  }

  snapshot(): object {
    return {
      battery: this.#battery,
      isTampered: this.#isTampered,
      isSilent: this.#isSilent,
      presses: this.#presses,
      fCnt: this.#fCnt,
      sees: { led: this.#led },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error("the simulator ends"));
    await this.#beating;
  }

  async #press(): Promise<boolean> {
    this.#presses += 1;
    await this.#uplink(true);
    return true;
  }

  async #uplink(isAlarm: boolean): Promise<void> {
    if (this.#isSilent) return;
    this.#last = JSON.stringify({
      deduplicationId: randomUUID(),
      time: new Date().toISOString(),
      deviceInfo: this.#deviceInfo,
      devAddr: "00189440",
      dr: 5,
      // Protobuf's JSON leaves out what is zero.
      ...(this.#fCnt === 0 ? {} : { fCnt: this.#fCnt }),
      fPort: 2,
      data: Buffer.of(Number(isAlarm) | (Number(this.#isTampered) << 1), this.#battery).toString("base64"),
      object: { alarm: isAlarm, tamper: this.#isTampered, battery: this.#battery },
      rxInfo: [{ gatewayId: "0016c001f153a14c", rssi: -80 - (this.#fCnt % 30), snr: 6.5 }],
    });
    this.#fCnt += 1;
    await this.#say("up", this.#last);
  }

  async #reportBattery(percent: number): Promise<void> {
    this.#battery = percent;
    if (this.#isSilent) return;
    const level = percent === 0 ? {} : { batteryLevel: percent };
    await this.#say("status", JSON.stringify({ deviceInfo: this.#deviceInfo, margin: 7, ...level }));
  }

  async #say(event: string, payload: string | Buffer): Promise<void> {
    await this.#broker.say(`${this.#topic}/event/${event}`, payload);
  }
}

function ledOf(payload: Buffer): Seen | undefined {
  const parsed = parseObject(payload);
  if (!("object" in parsed) || parsed.object["fPort"] !== INDICATOR_PORT) return undefined;
  const { data } = parsed.object;
  return typeof data === "string" ? SEEN[Buffer.from(data, "base64")[0] ?? SEEN.length] : undefined;
}
