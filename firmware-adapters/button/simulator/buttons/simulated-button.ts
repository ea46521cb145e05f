import type { Mood } from "../board.ts";

/** What can be done to a button. Each kind of button knows some of it. */
export interface Deeds {
  /** Held for so long, where it can be told. False: it is held already. */
  press(heldMs: number): Promise<boolean>;
  tamper(isTampered: boolean): Promise<void>;
  battery(percent: number): Promise<void>;
  leave(): Promise<void>;
  /** It says nothing by itself any more, or does again; and it cannot be heard when it is pressed. */
  silence(isSilent: boolean): Promise<void>;
  /** The last message comes once more, to the byte. */
  again(): Promise<void>;
  garbage(): Promise<void>;
  availability(said: Availability): Promise<void>;
  cut(isCut: boolean): Promise<void>;
  tools(mood: Mood | "die"): Promise<void>;
}

export interface Availability {
  readonly isOnline: boolean;
  readonly isRetained: boolean;
  /** As Zigbee2MQTT said it before 1.x: a bare word. */
  readonly isBare: boolean;
}

/** One simulated button. */
export interface SimulatedButton extends AsyncDisposable {
  readonly id: string;
  /** What a site file says of it. */
  readonly settings: object;
  readonly deeds: Partial<Deeds>;
  /** How it stands, and what its resident sees and hears of the call. */
  snapshot(): object;
}

/** What a resident sees, in the words of the indicator. */
export const SEEN = ["off", "raised", "delivered", "acknowledged"] as const;
export type Seen = (typeof SEEN)[number];

export function asSeen(word: unknown): Seen | undefined {
  return SEEN.find((seen) => seen === word);
}
