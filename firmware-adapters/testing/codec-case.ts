/** One codec as the bench drives it: bytes of whole frames, and the parser that a session feeds them to. */
export interface CodecCase {
  readonly name: string;
  /** A stream of frames as they really come, at least 200 of them, not all alike. */
  readonly bytes: Buffer;
  readonly frames: number;
  /** Parses the whole stream with a fresh parser, fed in pieces as a socket would. @returns how many frames it found. */
  parse(bytes: Buffer): number;
}
