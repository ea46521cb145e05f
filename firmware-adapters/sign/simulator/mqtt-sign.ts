import { sleep } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";
import type { MqttClient } from "mqtt";

import type { Moods } from "./moods.ts";
import type { Panel } from "./panel.ts";

export interface MqttSignOptions {
  readonly url: string;
  readonly topic: string;
  readonly panel: Panel;
  readonly moods: Moods;
  /** Called when somebody asks for a state or gives a content. */
  onRequest(): void;
}

export interface MqttSign extends AsyncDisposable {
  /** Says what it shows, as it does by itself every half minute and at every change. */
  tellState(): void;
  /** Breaks its connection without a word, or makes it anew. */
  goAway(isAway: boolean): void;
}

const TELL_EVERY_MS = 30_000;
/** How soon a change that came by itself, like the end of a content, is told. */
const TICK_MS = 500;
const RECONNECT_MS = 500;

/** A sign behind a broker. It connects again by itself for as long as it lives. */
export async function runMqttSign(options: MqttSignOptions, log: Log): Promise<MqttSign> {
  // Loaded here, so that a sign with a web server needs no broker's client.
  const { connect } = await import("mqtt");
  const { url, topic, panel, moods } = options;
  const client = connect(url, {
    clientId: `sign-${process.pid}-${Math.floor(performance.now())}`,
    protocolVersion: 4,
    reconnectPeriod: RECONNECT_MS,
    will: { topic: `${topic}/availability`, payload: Buffer.from("offline"), qos: 1, retain: true },
  });
  let lastTold = "";
  const tell = (isChange: boolean): void => {
    if (moods.isSilent || moods.isAway) return;
    const { uptime, ...rest } = panel.state;
    const picture = JSON.stringify(rest);
    if (isChange && picture === lastTold) return;
    lastTold = picture;
    const payload = moods.nextGarbage() ?? Buffer.from(JSON.stringify({ ...rest, uptime }));
    say(client, `${topic}/state`, payload);
  };
  client.on("error", (error) => log.debug("sign cannot reach its broker", { reason: error.message }));
  client.on("connect", () => {
    say(client, `${topic}/availability`, Buffer.from("online"));
    client.subscribe([`${topic}/content`, `${topic}/get`], { qos: 1 });
    tell(false);
  });
  client.on("message", (where, payload) => {
    options.onRequest();
    if (where === `${topic}/content`) take(payload, panel, log);
    if (moods.slowMs > 0) setTimeout(() => tell(false), moods.slowMs).unref();
    else tell(false);
  });
  const stop = new AbortController();
  const telling = keepTelling(tell, stop.signal);
  return {
    tellState: () => tell(false),
    goAway(isAway) {
      client.options.reconnectPeriod = isAway ? 0 : RECONNECT_MS;
      if (isAway) client.stream?.destroy();
      else if (!client.connected) client.reconnect();
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await telling;
      await client.endAsync(true);
    },
  };
}

async function keepTelling(tell: (isChange: boolean) => void, signal: AbortSignal): Promise<void> {
  for (let ticks = 1; !signal.aborted; ticks += 1) {
    await sleep(TICK_MS, signal).catch(() => undefined);
    if (!signal.aborted) tell(ticks % (TELL_EVERY_MS / TICK_MS) !== 0);
  }
}

function take(payload: Buffer, panel: Panel, log: Log): void {
  try {
    const reason = panel.put(JSON.parse(payload.toString("utf8")));
    if (reason !== undefined) log.info("sign did not take a content", { reason });
  } catch (error) {
    log.info("sign was given no JSON", { reason: asError(error).message });
  }
}

function say(client: MqttClient, topic: string, payload: Buffer): void {
  // A connection that is just being lost takes nothing; the next one begins with a state.
  client.publishAsync(topic, payload, { qos: 1, retain: true }).catch(() => undefined);
}
