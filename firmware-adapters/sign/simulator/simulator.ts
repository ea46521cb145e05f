import { once } from "node:events";
import { createServer, type Socket } from "node:net";

import { silentLog, type Log } from "@outpost/kernel/log.ts";
import { z } from "zod";

import { lever, listenForLevers, nothing, type Levers } from "../../simulation/levers.ts";
import { listenOn, type Endpoint, type Listener } from "../../simulation/listen.ts";
import { serveHttpSign, type HttpSign } from "./http-sign.ts";
import { Moods } from "./moods.ts";
import { runMqttSign, type MqttSign } from "./mqtt-sign.ts";
import { Panel } from "./panel.ts";

export interface SimulatorOptions {
  readonly http?: Endpoint | undefined;
  /** Asked for by the web server where given. */
  readonly token?: string | undefined;
  /** The broker to speak to … */
  readonly mqtt?: string | undefined;
  /** … or where to be one, so that nobody else needs to. */
  readonly broker?: Endpoint | undefined;
  readonly topic?: string;
  readonly control?: Endpoint | undefined;
  readonly columns?: number;
  readonly rows?: number;
  readonly log?: Log;
}

export interface Simulator extends AsyncDisposable {
  readonly ports: { readonly http?: number; readonly broker?: number; readonly control?: number };
  readonly panel: Panel;
  readonly moods: Moods;
  /** Requests and messages so far. */
  readonly requests: number;
  /** Resolves when the next request comes. */
  nextRequest(): Promise<void>;
  /** Says something without being asked, where its way to us lets it. */
  tellState(): void;
  /** Goes from the net, or comes back; what it shows stays. */
  goAway(isAway: boolean): void;
}

/** A bus-stop sign with a web server, behind a broker, or both. @throws SimulatorError */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { topic = "sign", columns = 32, rows = 4, log = silentLog } = options;
  await using stack = new AsyncDisposableStack();
  const panel = new Panel({ columns, rows });
  const moods = new Moods();
  let requests = 0;
  let asked = Promise.withResolvers<void>();
  const onRequest = (): void => {
    requests += 1;
    asked.resolve();
    asked = Promise.withResolvers();
  };
  const { http, token, broker, control } = options;
  const own = broker === undefined ? undefined : stack.use(await startBroker(broker, log));
  const url = own === undefined ? options.mqtt : `mqtt://127.0.0.1:${own.port}`;
  let mqttSign: MqttSign | undefined;
  let httpSign: HttpSign | undefined;
  const goAway = (isAway: boolean): void => {
    moods.isAway = isAway;
    if (isAway) httpSign?.hangUp();
    mqttSign?.goAway(isAway);
  };
  if (url !== undefined) mqttSign = stack.use(await runMqttSign({ url, topic, panel, moods, onRequest }, log));
  if (http !== undefined) {
    httpSign = stack.use(await serveHttpSign({ endpoint: http, token, panel, moods, onRequest }, log));
  }
  const levers = leversOf({ panel, moods, goAway, countRequests: () => requests });
  const page = control === undefined ? undefined : stack.use(await listenForLevers(control, levers, log));
  const disposal = stack.move();
  return {
    ports: {
      ...(httpSign === undefined ? {} : { http: httpSign.port }),
      ...(own === undefined ? {} : { broker: own.port }),
      ...(page === undefined ? {} : { control: page.port }),
    },
    panel,
    moods,
    get requests() {
      return requests;
    },
    nextRequest: () => asked.promise,
    tellState: () => mqttSign?.tellState(),
    goAway,
    [Symbol.asyncDispose]: () => disposal.disposeAsync(),
  };
}

interface Sign {
  readonly panel: Panel;
  readonly moods: Moods;
  readonly goAway: (isAway: boolean) => void;
  readonly countRequests: () => number;
}

const reboot = z
  .strictObject({ seconds: z.number().min(0).max(3_600).default(5), forgets: z.boolean().default(false) })
  .prefault({});
const onOrOff = z.strictObject({ isOn: z.boolean().default(true) }).prefault({});
const garbage = z.strictObject({ answers: z.int().min(1).max(1_000).default(5) }).prefault({});
const slow = z.strictObject({ ms: z.number().min(0).max(60_000).default(5_000) }).prefault({});

function leversOf({ panel, moods, goAway, countRequests }: Sign): Levers {
  const state = (): object => ({
    ...panel.state,
    ...panel.picture,
    requests: countRequests(),
    isAway: moods.isAway,
    isSilent: moods.isSilent,
    slowMs: moods.slowMs,
  });
  return {
    state,
    levers: {
      reboot: lever(reboot, state, ({ seconds, forgets }) => {
        goAway(true);
        if (forgets) panel.forget();
        setTimeout(() => {
          panel.reboot();
          goAway(false);
        }, seconds * 1_000).unref();
      }),
      dark: lever(onOrOff, state, ({ isOn }) => panel.darken(isOn)),
      freeze: lever(onOrOff, state, ({ isOn }) => panel.freeze(isOn)),
      forget: lever(nothing, state, () => panel.forget()),
      unplug: lever(nothing, state, () => goAway(true)),
      plug: lever(nothing, state, () => goAway(false)),
      silence: lever(onOrOff, state, ({ isOn }) => {
        moods.isSilent = isOn;
      }),
      garbage: lever(garbage, state, ({ answers }) => moods.babble(answers)),
      slow: lever(slow, state, ({ ms }) => {
        moods.slowMs = ms;
      }),
      behave: lever(nothing, state, () => {
        moods.behave();
        goAway(false);
        panel.darken(false);
        panel.freeze(false);
      }),
    },
  };
}

/** A broker of our own, without a password: it listens where it was told to and keeps nothing. */
async function startBroker(endpoint: Endpoint, log: Log): Promise<Listener> {
  const { Aedes } = await import("aedes");
  const aedes = await Aedes.createBroker();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    aedes.handle(socket);
  });
  const port = await listenOn(server, endpoint, log);
  return {
    port,
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await closed;
    },
  };
}
