import type { DecoderOf } from "../../manifest/decoder.ts";
import { floatTensor, type Outputs } from "../tensor.ts";

/** One character of a reading and the highest probability among the steps that gave it. */
export interface ReadCharacter {
  readonly text: string;
  readonly confidence: number;
}

/** A line of text. */
export interface Reading {
  readonly text: string;
  readonly characters: readonly ReadCharacter[];
  /** The least sure character's confidence, 0 to 1. */
  readonly confidence: number;
}

/**
 * Reads a line of text by greedy CTC: the best channel of every step, repetitions joined, blanks dropped.
 *
 * @param outputs  float32 [1, C, T] (class-major) or [1, T, C] (time-major), C = alphabet + blank; logits or
 *   probabilities.
 * @param score    the confidence below which nothing was read, 0 to 1.
 * @returns        undefined where the text is too short, too long or not sure enough.
 * @throws ModelError `models/bad-tensor`, `models/not-finite`.
 */
export function decodeCtc(outputs: Outputs, decoder: DecoderOf<"ctc">, score: number): Reading | undefined {
  const characters = collapse(bestSteps(outputs, decoder), decoder);
  if (characters.length < decoder.minLength || characters.length > decoder.maxLength) return undefined;
  const confidence = characters.reduce((least, one) => Math.min(least, one.confidence), 1);
  if (confidence < score) return undefined;
  return { text: characters.map((one) => one.text).join(""), characters, confidence };
}

interface Step {
  readonly channel: number;
  readonly probability: number;
}

function bestSteps(
  outputs: Outputs,
  { output, layout, alphabet, steps, activation }: DecoderOf<"ctc">,
): readonly Step[] {
  const channels = alphabet.length + 1;
  const isClassMajor = layout === "class-major";
  const { data } = floatTensor(outputs, output, isClassMajor ? [1, channels, steps] : [1, steps, channels]);
  const stride = isClassMajor ? steps : 1;
  return Array.from({ length: steps }, (_, step) => {
    const from = isClassMajor ? step : step * channels;
    let channel = 0;
    let largest = data[from] ?? 0;
    for (let one = 1; one < channels; one += 1) {
      const value = data[from + one * stride] ?? 0;
      if (value > largest) {
        largest = value;
        channel = one;
      }
    }
    if (activation === "none") return { channel, probability: Math.min(1, Math.max(0, largest)) };
    let total = 0;
    for (let one = 0; one < channels; one += 1) total += Math.exp((data[from + one * stride] ?? 0) - largest);
    return { channel, probability: 1 / total };
  });
}

function collapse(steps: readonly Step[], { alphabet, blank }: DecoderOf<"ctc">): readonly ReadCharacter[] {
  const blankChannel = blank === "first" ? 0 : alphabet.length;
  const shift = blank === "first" ? 1 : 0;
  const characters: ReadCharacter[] = [];
  let previous = blankChannel;
  for (const { channel, probability } of steps) {
    if (channel !== blankChannel) {
      const text = alphabet[channel - shift] ?? "";
      const last = characters.at(-1);
      if (channel !== previous || last === undefined) characters.push({ text, confidence: probability });
      else if (probability > last.confidence) characters[characters.length - 1] = { text, confidence: probability };
    }
    previous = channel;
  }
  return characters;
}
