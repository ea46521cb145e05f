/** Asks an LCUS-type board how its relays stand. */
export const RELAY_QUERY = Buffer.of(0xff);

const START = 0xa0;

/** Switches one relay of an LCUS-type board: `A0 channel state sum`. @param channel  1 to 8. */
export function encodeRelay(channel: number, isOn: boolean): Buffer {
  const state = isOn ? 1 : 0;
  return Buffer.of(START, channel, state, (START + channel + state) & 0xff);
}

/** A board has at most eight relays and says so in at most this much. */
export const MAX_RELAY_ANSWER_BYTES = 256;

/**
 * What a board's answer says of one relay. Boards answer in text, a line each: "CH1: ON".
 *
 * @returns undefined where it says nothing of it yet, or says both.
 */
export function parseRelayState(answer: Uint8Array, channel: number): boolean | undefined {
  const text = Buffer.from(answer.subarray(0, MAX_RELAY_ANSWER_BYTES)).toString("latin1");
  const states = [...text.matchAll(/CH(?<channel>\d)\s{0,4}:\s{0,4}(?<state>ON|OFF)\b/gi)]
    .filter((match) => Number(match.groups?.["channel"]) === channel)
    .map((match) => match.groups?.["state"]?.toUpperCase() === "ON");
  const [first] = states;
  return states.every((state) => state === first) ? first : undefined;
}
