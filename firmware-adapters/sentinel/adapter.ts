import type { KeyObject } from "node:crypto";

import { asError } from "@outpost/kernel/thrown.ts";
import { prettifyError } from "zod";

import type { Adapter, Device, DeviceDeps, OpenDevice } from "../adapter.ts";
import type { DeviceEvent } from "../event.ts";
import { byteLink, type ByteLink } from "../links/link.ts";
import { runDevice } from "../run-device.ts";
import { Background } from "./doorway/background.ts";
import { executeOn } from "./doorway/commands.ts";
import { Doorway } from "./doorway/doorway.ts";
import { doorwayPoints } from "./doorway/points.ts";
import { Show } from "./doorway/show.ts";
import { SentinelError } from "./errors.ts";
import { gateDriver } from "./gate/gate-driver.ts";
import { Gate } from "./gate/gate.ts";
import { runScanner } from "./lines/scanner.ts";
import { runThermometer } from "./lines/thermometer.ts";
import { sentinelSettings, type SentinelSettings } from "./settings.ts";
import { chainOf } from "./verifiers/chain.ts";
import { CodeMemory } from "./verifiers/code-memory.ts";
import { httpVerifier } from "./verifiers/http.ts";
import { listVerifier } from "./verifiers/list.ts";
import { publicKeys, signedVerifier } from "./verifiers/signed.ts";
import type { Verifier } from "./verifiers/verifier.ts";

/** Doorway terminals: code scanner, thermometer and gate as one device, deciding who is let in. */
export const sentinel: Adapter = {
  kind: "sentinel",
  configure(deviceId, raw) {
    const parsed = sentinelSettings.safeParse(raw);
    if (!parsed.success) throw new SentinelError("sentinel/bad-settings", prettifyError(parsed.error));
    const settings = parsed.data;
    return configuredDoorway({ deviceId, settings, keys: keysOf(settings) });
  },
};

interface Configured {
  readonly deviceId: string;
  readonly settings: SentinelSettings;
  /** The public keys of each verifier, in their order; none for those without. */
  readonly keys: readonly (readonly KeyObject[])[];
}

function keysOf({ verifiers }: SentinelSettings): Configured["keys"] {
  return verifiers.map((one) => (one.kind === "signed" ? publicKeys(one) : []));
}

function configuredDoorway(configured: Configured): Device {
  const { settings } = configured;
  const parts = ["scanner", ...(settings.thermometer ? ["thermometer"] : []), ...(settings.gate ? ["gate"] : [])];
  return {
    profile: parts.join(", "),
    points: doorwayPoints(settings),
    methods: [],
    async open(deps, signal) {
      signal.throwIfAborted();
      return openDoorway(configured, deps);
    },
  };
}

/** @throws SentinelError `sentinel/bad-settings` where the thermometer is on a line that others listen on. */
function openDoorway(configured: Configured, deps: DeviceDeps): OpenDevice {
  const { deviceId, settings } = configured;
  const { clock } = deps;
  const publish = (event: DeviceEvent): void => deps.publish(event);
  const links = linksOf(settings, deps);
  const memory = new CodeMemory(deps.memory);
  const points = doorwayPoints(settings);
  const show = new Show(deviceId, points, { clock, publish });
  const verifier = chainOf(verifiersOf(configured, { deps, memory, show }));
  const gate = gateOf(settings, links.gate, { clock, show });
  const background = new Background();
  const stop = new AbortController();
  const doorway = new Doorway(
    settings,
    { deviceId, clock, show, verifier, memory, background, gate, publish },
    stop.signal,
  );
  return runDevice(
    (command, signal) => executeOn(command, { points, doorway, gate }, signal),
    (signal) => {
      signal.addEventListener("abort", () => stop.abort(signal.reason), { once: true });
      background.start(prepare(memory, deps), signal);
      const { onCode, onUp, onDown } = earsOf(doorway);
      return [
        runScanner(links.scanner, settings.scanner, { clock, onCode, onUp, onDown }, signal),
        doorway.run(),
        background.run(signal),
        ...(gate === undefined ? [] : [gate.keep(signal)]),
        ...(settings.thermometer === undefined || links.thermometer === undefined
          ? []
          : [runThermometer(links.thermometer, settings.thermometer, thermometerEars(doorway, show, deps), signal)]),
      ];
    },
  );
}

interface Links {
  readonly scanner: ByteLink;
  readonly thermometer: ByteLink | undefined;
  readonly gate: ByteLink | undefined;
}

function linksOf({ thermometer, gate }: SentinelSettings, deps: DeviceDeps): Links {
  const scanner = byteLink(deps.link);
  const hot = thermometer && byteLink(deps.linkNamed(thermometer.link));
  if (hot === scanner) {
    throw new SentinelError("sentinel/bad-settings", "settings.thermometer.link: the scanner has this link for itself");
  }
  const relay = gate?.kind === "lcus-relay" ? byteLink(deps.linkNamed(gate.link)) : scanner;
  if (gate?.kind === "lcus-relay" && relay === scanner) {
    throw new SentinelError("sentinel/bad-settings", "settings.gate.link: the scanner has this link for itself");
  }
  return { scanner, thermometer: hot, gate: gate && relay };
}

interface VerifierDeps {
  readonly deps: DeviceDeps;
  readonly memory: CodeMemory;
  readonly show: Show;
}

function verifiersOf({ deviceId, settings, keys }: Configured, { deps, memory, show }: VerifierDeps): Verifier[] {
  const { clock, log } = deps;
  const onHealth = (isDown: boolean): void => show.setBit("verifierDown", isDown);
  return settings.verifiers.map((one, index) => {
    switch (one.kind) {
      case "signed":
        return signedVerifier(one, keys[index] ?? [], { clock, memory });
      case "list":
        return listVerifier(one);
      case "http":
        return httpVerifier(one, { deviceId, log, onHealth });
    }
  });
}

function gateOf(
  { gate }: SentinelSettings,
  link: ByteLink | undefined,
  { clock, show }: { readonly clock: DeviceDeps["clock"]; readonly show: Show },
): Gate | undefined {
  if (gate === undefined || link === undefined) return undefined;
  return new Gate(gateDriver(gate, link, clock), {
    clock,
    openMs: gate.openMs,
    onMoved: (isOpen) => show.setBit("gate", isOpen),
    onWorks: (detail) => show.setBit("gateFailed", detail !== undefined),
  });
}

function earsOf(doorway: Doorway): Pick<Parameters<typeof runScanner>[2], "onCode" | "onUp" | "onDown"> {
  return {
    onCode: (code) => doorway.onCode(code),
    onUp: () => doorway.onScannerUp(),
    onDown: (reason, detail) => doorway.onScannerDown(reason, detail),
  };
}

function thermometerEars(doorway: Doorway, show: Show, { clock }: DeviceDeps): Parameters<typeof runThermometer>[2] {
  return {
    clock,
    isWanted: () => doorway.isMeasuring,
    onMeasured: (celsius) => doorway.onMeasured(celsius),
    onUp: () => show.thermometer(undefined),
    onDown: (reason) => show.thermometer(reason),
  };
}

async function prepare(memory: CodeMemory, { log }: DeviceDeps): Promise<void> {
  try {
    await memory.prepare();
  } catch (error) {
    // Hashes of this life differ from those of the next; nothing else depends on it.
    log.debug("salt not remembered", { reason: asError(error).message });
  }
}
