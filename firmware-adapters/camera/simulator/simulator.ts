import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

import { systemClock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import { SimulatorError } from "../../simulation/errors.ts";
import { listenForLevers } from "../../simulation/levers.ts";
import type { Endpoint } from "../../simulation/listen.ts";
import { MAX_JPEG_BYTES } from "../codec/jpeg-splitter.ts";
import { readJpeg } from "../codec/jpeg-walk.ts";
import { SimulatedCamera } from "./camera.ts";
import { cameraLevers } from "./control.ts";
import { OnvifDevice, type OnvifDeviceOptions } from "./onvif/device.ts";
import { answerProbes } from "./onvif/probe-responder.ts";
import { Guard, type GuardOptions } from "./web/guard.ts";
import { serveHttp } from "./web/serve-http.ts";

export interface SimulatorOptions {
  readonly http: Endpoint;
  /** Where WS-Discovery probes are answered; nowhere where absent. */
  readonly probes?: Endpoint;
  /** Joins the discovery group by this interface. */
  readonly multicastInterface?: string;
  readonly control?: Endpoint;
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** A folder of JPEGs to show instead of the test pattern. */
  readonly folder?: string;
  /** Nobody is asked for credentials where absent. */
  readonly guard?: GuardOptions;
  /** Whether parts of the MJPEG say how long they are. */
  readonly hasLength: boolean;
  readonly onvif: Omit<OnvifDeviceOptions, "credentials">;
  readonly name: string;
}

export interface Simulator extends AsyncDisposable {
  readonly camera: SimulatedCamera;
  readonly onvif: OnvifDevice;
  readonly ports: { readonly http: number; readonly probes?: number; readonly control?: number };
}

const MAX_FILM = 1_000;

/** What is not said otherwise. */
export const SIMULATOR_DEFAULTS = {
  http: { host: "127.0.0.1", port: 0 },
  width: 320,
  height: 240,
  framesPerSecond: 10,
  hasLength: true,
  onvif: { auth: "token", clockSkewMs: 0, isClockPublic: true, hasSnapshots: true, media: 1, hasServices: true },
  name: "Simulated camera",
} as const satisfies SimulatorOptions;

/** @throws SimulatorError `simulator/cannot-listen`; `simulator/bad-argument` where the folder holds no JPEGs. */
export async function startSimulator(options: SimulatorOptions, log: Log): Promise<Simulator> {
  const { folder, guard } = options;
  const film = folder === undefined ? {} : { film: await readFilm(folder) };
  const camera = new SimulatedCamera({ ...options, ...film }, systemClock);
  const onvif = new OnvifDevice({ ...options.onvif, ...(guard === undefined ? {} : { credentials: guard }) });
  await using stack = new AsyncDisposableStack();
  const web = { camera, onvif, guard: guard && new Guard(guard), log, hasLength: options.hasLength };
  const http = stack.use(await serveHttp(options.http, web));
  const control = options.control && stack.use(await listenForLevers(options.control, cameraLevers(camera), log));
  const probes = options.probes && stack.use(await answerProbes(options.probes, probeOptions(options, http.port)));
  const kept = stack.move();
  return {
    camera,
    onvif,
    ports: {
      http: http.port,
      ...(probes === undefined ? {} : { probes: probes.port }),
      ...(control === undefined ? {} : { control: control.port }),
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

function probeOptions({ http, name, multicastInterface }: SimulatorOptions, port: number) {
  return {
    serviceUrl: `http://${http.host}:${port}/onvif/device_service`,
    name,
    endpoint: `urn:uuid:00000000-0000-4000-8000-${port.toString(16).padStart(12, "0")}`,
    ...(multicastInterface === undefined ? {} : { multicastInterface }),
  };
}

async function readFilm(folder: string): Promise<readonly Buffer[]> {
  const film: Buffer[] = [];
  try {
    const names = (await readdir(folder)).filter((name) => /\.jpe?g$/i.test(name)).toSorted();
    for (const name of names.slice(0, MAX_FILM)) {
      const bytes = await readFile(join(folder, name));
      if (bytes.length <= MAX_JPEG_BYTES && readJpeg(bytes) !== undefined) film.push(bytes);
    }
  } catch (error) {
    throw new SimulatorError("simulator/bad-argument", `--folder: ${asError(error).message}`, { cause: error });
  }
  if (film.length === 0) throw new SimulatorError("simulator/bad-argument", "--folder: it holds no JPEG file");
  return film;
}
