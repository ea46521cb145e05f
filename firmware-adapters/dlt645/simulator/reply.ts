import { unreachable } from "@outpost/kernel/never.ts";

import type { Act } from "../../simulation/answer-in-turn.ts";
import { garbled } from "../../simulation/misbehaviours.ts";
import { CONTROL, WILDCARD_ADDRESS, encodeFrame, type Frame } from "../codec.ts";
import { answerData, type Meter } from "./meter.ts";
import type { Misbehaviour } from "./misbehaviour.ts";

const NORMAL = 0x80;
const MORE = 0xa0;
const REFUSED = 0xc0;
const NO_SUCH_DATA = 0x02;
/** How many bytes of an item go into each frame where it comes in pieces. */
const PIECE_BYTES = 2;

/** What the meters of a bus say to a request, all at once where it is for all. */
export function repliesOf(meters: readonly Meter[], request: Frame): readonly Frame[] {
  const asked = meters.filter(
    (meter) => !meter.isMute && (request.address === WILDCARD_ADDRESS || request.address === meter.address),
  );
  return asked.flatMap((meter) => replyOf(meter, request) ?? []);
}

/** @returns undefined for what is no request, or none that we know. */
function replyOf(meter: Meter, { control, data }: Frame): Frame | undefined {
  const { address } = meter;
  if (control === CONTROL.readAddress) {
    return { address, control: control | NORMAL, data: Buffer.from(Buffer.from(address, "hex").toReversed()) };
  }
  if ((control !== CONTROL.read && control !== CONTROL.readFollowing) || data.length < 4) return undefined;
  const identifier = identifierOf(data);
  const item = meter.dataOf(identifier);
  if (item === undefined) return { address, control: control | REFUSED, data: Buffer.of(NO_SUCH_DATA) };
  if (control === CONTROL.read) return { address, control: control | NORMAL, data: answerData(identifier, item) };
  const sequence = data[4] ?? 0;
  const from = sequence * PIECE_BYTES;
  if (from >= item.length) return { address, control: control | REFUSED, data: Buffer.of(NO_SUCH_DATA) };
  const isLast = from + PIECE_BYTES >= item.length;
  return {
    address,
    control: control | (isLast ? NORMAL : MORE),
    data: answerData(identifier, item.subarray(from, from + PIECE_BYTES), sequence),
  };
}

/** Several meters at once pull the same wires: what arrives is nobody's frame. */
export function onTheWire(replies: readonly Frame[]): Buffer {
  const frames = replies.map((reply) => encodeFrame(reply));
  const length = Math.max(0, ...frames.map((frame) => frame.length));
  return Buffer.from(
    Array.from({ length }, (_, at) => frames.reduce((level, frame) => level & (frame[at] ?? 0xff), 0xff)),
  );
}

/** Turns the right answer into what is done instead. */
export function misbehave(behaviour: Misbehaviour | undefined, reply: Frame): readonly Act[] {
  const bytes = encodeFrame(reply);
  if (behaviour === undefined) return send(reply);
  const { address, control, data } = reply;
  switch (behaviour.kind) {
    case "late":
      return [{ kind: "wait", ms: behaviour.delayMs }, ...send(reply)];
    case "garbage":
      return [{ kind: "send", bytes: garbled(bytes) }];
    case "bytes":
      return [{ kind: "send", bytes: Buffer.from(behaviour.hex, "hex") }];
    case "wrong-meter":
      return send({ ...reply, address: address === "000000000009" ? "000000000008" : "000000000009" });
    case "wrong-item":
      return send({ ...reply, data: Buffer.from(data.map((byte, at) => (at === 1 ? byte ^ 0x01 : byte))) });
    case "broken-check":
      return [
        { kind: "send", bytes: Buffer.from(bytes.map((byte, at) => (at === bytes.length - 2 ? byte ^ 1 : byte))) },
      ];
    case "refused":
      return send({ ...reply, control: (control & 0x1f) | REFUSED, data: Buffer.of(behaviour.errorWord) });
    case "not-available":
      return send({ ...reply, data: Buffer.from(data.map((byte, at) => (at < 4 ? byte : 0xff))) });
    case "more-frames":
      return send(data.length > 4 + PIECE_BYTES ? firstPiece(reply) : reply);
    case "in-pieces":
      return [...bytes].flatMap((byte) => [
        { kind: "send", bytes: Buffer.of(byte) },
        { kind: "wait", ms: 1 },
      ]);
    case "half-frame":
      return [{ kind: "send", bytes: bytes.subarray(0, bytes.length >> 1) }];
    case "reset":
      return [{ kind: "hang-up" }];
    case "silence":
      return [];
    default:
      return unreachable(behaviour);
  }
}

function send(frame: Frame): readonly Act[] {
  return [{ kind: "send", bytes: encodeFrame(frame) }];
}

function firstPiece({ address, control, data }: Frame): Frame {
  if ((control & 0x1f) !== CONTROL.read) return { address, control, data };
  return { address, control: CONTROL.read | MORE, data: data.subarray(0, 4 + PIECE_BYTES) };
}

function identifierOf(data: Uint8Array): string {
  return Buffer.from(data.subarray(0, 4).toReversed()).toString("hex").toUpperCase();
}
