import { randomBytes } from "node:crypto";

import type { DeviceEvent } from "@outpost/firmware-adapters/event.ts";
import { openLink } from "@outpost/firmware-adapters/links/open-link.ts";
import type { Log } from "@outpost/kernel/log.ts";

import { ActionRunner } from "../actions/action-runner.ts";
import { DeviceMemories } from "../devices/device-memories.ts";
import { EventBus } from "../devices/event-bus.ts";
import { LatestValues } from "../devices/latest-values.ts";
import { DeviceSupervisor } from "../devices/supervisor.ts";
import { WatchedPoints } from "../devices/watched-points.ts";
import { DeviceCommits } from "../recording/device-commits.ts";
import { Recorder } from "../recording/recorder.ts";
import { AlarmEngine } from "../rules/alarm-engine.ts";
import { actionFailedId, deviceOfflineId, gatewayRules } from "../rules/system-alarms.ts";
import type { Timekeeper } from "../timekeeping/timekeeper.ts";
import { AlarmCare } from "./alarm-care.ts";

export interface CoreDeps {
  readonly clock: Timekeeper;
  readonly log: Log;
  readonly gatewayId: string;
  /** An alarm's write was handed to its device, so long after the reading arrived. */
  onActed(latencyMs: number): void;
  onHealthChanged(): void;
  /** Resolves when rows of a device's memory are on the disk. */
  saveMemory(deviceId: string, rows: Readonly<Record<string, string | null>>): Promise<void>;
  /** Resolves when state rows are on the disk; rejects while there is none. */
  saveState(rows: Readonly<Record<string, string | null>>): Promise<void>;
}

/** The alarm path and what hangs directly on it. Needs neither disk nor network to sound a siren. */
export interface Core {
  readonly engine: AlarmEngine;
  readonly actions: ActionRunner;
  /** Messages, people who must answer, and tests of the chains: `care.testChain(ruleId, actor, signal)`. */
  readonly care: AlarmCare;
  readonly devices: DeviceSupervisor;
  readonly recorder: Recorder;
  readonly latest: LatestValues;
  readonly commits: DeviceCommits;
  readonly memories: DeviceMemories;
  readonly watched: WatchedPoints;
  /** Puts an event of the gateway's own among those of the devices. */
  publish(event: DeviceEvent): void;
}

/** Joins device, rule and action. Nothing is opened yet. */
export function createCore(deps: CoreDeps): Core {
  const { clock, log } = deps;
  const bus = new EventBus();
  const latest = new LatestValues();
  const recorder = new Recorder({
    clock,
    log,
    bus,
    gatewayId: deps.gatewayId,
    onAlarmWritten: (record) => actions.onWritten(record),
  });
  const watched = new WatchedPoints({ latest: (deviceId, pointId) => latest.get(deviceId, pointId) });
  const memories = new DeviceMemories((deviceId, rows) => deps.saveMemory(deviceId, rows));
  const commits = new DeviceCommits({
    clock,
    publish: (event) => bus.publishAlarmPath(event),
    onRows: (deviceId, rows) => memories.note(deviceId, rows),
  });
  const devices: DeviceSupervisor = new DeviceSupervisor({
    clock,
    log,
    openLink: (settings) => openLink(settings, { clock, log }),
    publish: (event) => bus.publish(event),
    commit: (...request) => commits.commit(...request),
    memory: (deviceId) => memories.of(deviceId),
    watch: (points, onReading) => watched.watch(points, onReading),
    onHealth: (deviceId, health) => {
      if (health === undefined) latest.forget(deviceId);
      else engine.setFact(deviceOfflineId(deviceId), health.state === "offline" || health.state === "fault");
      deps.onHealthChanged();
    },
  });
  const care = new AlarmCare({
    clock,
    log,
    gatewayId: deps.gatewayId,
    devices,
    watched,
    recorder,
    engine: () => engine,
    actions: () => actions,
    publish: (event) => bus.publish(event),
    saveState: (rows) => deps.saveState(rows),
  });
  const actions: ActionRunner = new ActionRunner({
    clock,
    log,
    execute: (deviceId, command, signal) => devices.execute(deviceId, command, signal),
    onFailing: (actionId, isFailing) => engine.setFact(actionFailedId(actionId), isFailing),
    onActed: (latencyMs) => deps.onActed(latencyMs),
    sender: care.sender,
  });
  const engine: AlarmEngine = new AlarmEngine({
    clock,
    bootId: clock.bootId,
    newOccurrenceId: () => randomBytes(16).toString("hex"),
    onCalling: (rule, calls, sinceMs) => actions.onCalling(rule, calls, sinceMs),
    onStep: (rule, record) => {
      actions.onStep(rule, record);
      care.escalator.onStep(rule, record);
    },
    write: (record, rows) => recorder.writeAlarm(record, rows),
  });
  engine.setRules(gatewayRules());
  // In this order: the reading is judged, then the held points look at it, then other devices, then it may be shown.
  for (const part of [engine, actions, watched, latest]) bus.subscribeAlarmPath((event) => part.accept(event));
  const publish = (event: DeviceEvent): void => bus.publish(event);
  return { engine, actions, care, devices, recorder, latest, commits, memories, watched, publish };
}
