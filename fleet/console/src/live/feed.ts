import type {
  Alarm,
  Command,
  Device,
  GatewaySummary,
  LiveEventName,
  LiveEvents,
  PointLatest,
} from "../../../api/schemas.ts";

/** One thing the fleet told us, and the turn in which it last changed by a live event (0: only ever read in a list). */
interface Entry<T> {
  readonly value: T;
  readonly changedAt: number;
}
type Entries<T> = ReadonlyMap<string, Entry<T>>;

/** Everything the page knows by live events and the lists it read. Maps are never changed in place. */
export interface Feed {
  /** Counts live events: a list asked for before an event must not undo it. */
  readonly turn: number;
  readonly gateways: Entries<GatewaySummary>;
  /** By `gatewayId/deviceId`. */
  readonly devices: Entries<Device>;
  /** Points of watched devices only: by `gatewayId/deviceId`, then point id. */
  readonly points: ReadonlyMap<string, Entries<PointLatest>>;
  readonly alarms: Entries<Alarm>;
  /** The newest `MAX_COMMANDS` commands, by id. */
  readonly commands: Entries<Command>;
}

export type FeedInput =
  | {
      [Name in keyof LiveEvents]: { readonly kind: "event"; readonly name: Name; readonly value: LiveEvents[Name] };
    }[Exclude<LiveEventName, "resync">]
  | { readonly kind: "gateways-read"; readonly askedAt: number; readonly gateways: readonly GatewaySummary[] }
  | {
      readonly kind: "devices-read";
      readonly askedAt: number;
      readonly gatewayId: string;
      readonly devices: readonly Device[];
    }
  | {
      readonly kind: "points-read";
      readonly askedAt: number;
      readonly device: string;
      readonly points: readonly PointLatest[];
    }
  | { readonly kind: "alarms-read"; readonly askedAt: number; readonly alarms: readonly Alarm[] }
  | { readonly kind: "unwatched"; readonly device: string };

/** Commands are looked at for seconds; older ones are forgotten, oldest first. */
export const MAX_COMMANDS = 200;
/** Alarms back to normal stay in sight for a while; beyond this many the oldest raised are forgotten. */
export const MAX_NORMAL_ALARMS = 200;

export const EMPTY_FEED: Feed = {
  turn: 0,
  gateways: new Map(),
  devices: new Map(),
  points: new Map(),
  alarms: new Map(),
  commands: new Map(),
};

/** The key of a device in `devices` and `points`; neither id can contain a slash. */
export function deviceKey(gatewayId: string, deviceId: string): string {
  return `${gatewayId}/${deviceId}`;
}

/** The newest readings of a watched device, by point id; empty while they were not read. */
export function pointsOf(feed: Feed, device: string): ReadonlyMap<string, PointLatest> {
  return new Map([...(feed.points.get(device) ?? [])].map(([id, entry]) => [id, entry.value]));
}

/** What the page knows after one more input. Lists win over nothing that a live event said since they were asked for. */
export function advance(feed: Feed, input: FeedInput): Feed {
  switch (input.kind) {
    case "event":
      return applyEvent({ ...feed, turn: feed.turn + 1 }, input);
    case "gateways-read":
      return { ...feed, gateways: merge(feed.gateways, input.gateways, { ...input, keyOf: (one) => one.id }) };
    case "devices-read":
      return {
        ...feed,
        devices: merge(feed.devices, input.devices, {
          ...input,
          keyOf: keyOfDevice,
          isInList: (one) => one.gatewayId === input.gatewayId,
        }),
      };
    case "points-read": {
      const known = feed.points.get(input.device) ?? new Map<string, Entry<PointLatest>>();
      const points = merge(known, input.points, { ...input, keyOf: (one) => one.id });
      return { ...feed, points: new Map(feed.points).set(input.device, points) };
    }
    case "alarms-read":
      return { ...feed, alarms: bound(mergeAlarms(feed.alarms, input.alarms, input.askedAt)) };
    case "unwatched": {
      const points = new Map(feed.points);
      points.delete(input.device);
      return { ...feed, points };
    }
  }
}

function applyEvent(feed: Feed, input: Extract<FeedInput, { kind: "event" }>): Feed {
  const changedAt = feed.turn;
  switch (input.name) {
    case "gateway":
      return { ...feed, gateways: put(feed.gateways, input.value.id, { value: input.value, changedAt }) };
    case "device":
      return { ...feed, devices: put(feed.devices, keyOfDevice(input.value), { value: input.value, changedAt }) };
    case "points":
      return { ...feed, points: applyPoints(feed.points, input.value, changedAt) };
    case "alarm": {
      const known = feed.alarms.get(input.value.id);
      // Notice and record of one step both arrive, and in any order: an older version changes nothing.
      if (known !== undefined && known.value.version > input.value.version) return feed;
      return { ...feed, alarms: bound(put(feed.alarms, input.value.id, { value: input.value, changedAt })) };
    }
    case "command": {
      const known = feed.commands.get(input.value.id);
      // The answer to the request and the gateway's result overtake one another; a result is never forgotten.
      if (known !== undefined && known.value.state !== "sent" && input.value.state === "sent") return feed;
      const commands = new Map(feed.commands);
      commands.delete(input.value.id);
      commands.set(input.value.id, { value: input.value, changedAt });
      const oldest = commands.keys().next();
      if (commands.size > MAX_COMMANDS && oldest.done !== true) commands.delete(oldest.value);
      return { ...feed, commands };
    }
  }
}

function applyPoints(all: Feed["points"], news: readonly PointLatest[], changedAt: number): Feed["points"] {
  const changed = new Map<string, Map<string, Entry<PointLatest>>>();
  for (const value of news) {
    const device = deviceKey(value.gatewayId, value.deviceId);
    const before = all.get(device);
    if (before === undefined) continue;
    const points = changed.get(device) ?? new Map(before);
    points.set(value.id, { value, changedAt });
    changed.set(device, points);
  }
  return changed.size === 0 ? all : new Map([...all, ...changed]);
}

/** The list in place of what was known, except what live events changed after it was asked for. */
function merge<T>(
  known: Entries<T>,
  list: readonly T[],
  how: { readonly askedAt: number; readonly keyOf: (one: T) => string; readonly isInList?: (one: T) => boolean },
): Entries<T> {
  const merged = new Map<string, Entry<T>>();
  for (const [key, entry] of known) {
    const isOutsideList = how.isInList !== undefined && !how.isInList(entry.value);
    if (entry.changedAt > how.askedAt || isOutsideList) merged.set(key, entry);
  }
  for (const value of list) {
    const key = how.keyOf(value);
    if (!merged.has(key)) merged.set(key, { value, changedAt: known.get(key)?.changedAt ?? 0 });
  }
  return merged;
}

/** Like `merge`, but an alarm never goes back to an older version. */
function mergeAlarms(known: Entries<Alarm>, list: readonly Alarm[], askedAt: number): Entries<Alarm> {
  const newest = list.map((alarm) => {
    const held = known.get(alarm.id)?.value;
    return held !== undefined && held.version > alarm.version ? held : alarm;
  });
  return merge(known, newest, { askedAt, keyOf: (one) => one.id });
}

function bound(alarms: Entries<Alarm>): Entries<Alarm> {
  const normal = [...alarms].filter(([, { value }]) => value.state === "normal");
  if (normal.length <= MAX_NORMAL_ALARMS) return alarms;
  const surplus = normal
    .toSorted(([, a], [, b]) => a.value.raisedAtMs - b.value.raisedAtMs)
    .slice(0, normal.length - MAX_NORMAL_ALARMS);
  const kept = new Map(alarms);
  for (const [id] of surplus) kept.delete(id);
  return kept;
}

function put<T>(entries: Entries<T>, key: string, entry: Entry<T>): Entries<T> {
  return new Map(entries).set(key, entry);
}

function keyOfDevice(device: Device): string {
  return deviceKey(device.gatewayId, device.id);
}
