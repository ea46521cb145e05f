/** One thing that a panel reports. */
export interface PanelEvent {
  readonly format: "contact-id" | "sia";
  /** Three digits, or two letters. */
  readonly code: string;
  /** `restore`: what was reported before is over. `status`: it still is so. SIA codes say by themselves which they are. */
  readonly qualifier: "new" | "restore" | "status";
  /** Undefined where none was given or it is no number; 0 where the panel itself is meant. */
  readonly zone: number | undefined;
  /** The area or group. */
  readonly partition: string | undefined;
  /** What the panel says about it in words, at most 500 characters. */
  readonly text: string;
  /** Of the SIA format, by their two letters: `ti` time, `id` user, `ri` area, … */
  readonly modifiers: Readonly<Record<string, string>>;
}
