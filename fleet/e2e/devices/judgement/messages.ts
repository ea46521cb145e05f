/** What became of the messages of one device. */
export interface MessageFigures {
  readonly acknowledged: number;
  /** Acknowledged, and not at the fleet. */
  readonly lost: number;
  /** Rows at the fleet beyond the first for one message. */
  readonly duplicated: number;
  /** First rows that stand before the one of a message that was acknowledged earlier. */
  readonly reordered: number;
  /** Messages at the fleet that the device never said. */
  readonly invented: number;
}

/** The messages of one device, each by its own mark. */
export interface Messages {
  /** In the order in which they were acknowledged to the device. */
  readonly acknowledged: readonly string[];
  /** All that it is known to have said. */
  readonly said: ReadonlySet<string>;
  /** Rows at the fleet, in the order in which the gateway wrote them. */
  readonly held: readonly string[];
}

/** Holds what a device had acknowledged against what the fleet has. */
export function judgeMessages({ acknowledged, said, held }: Messages): MessageFigures {
  const first = [...new Set(held)];
  const places = new Map(acknowledged.map((mark, place) => [mark, place]));
  let highest = -1;
  let reordered = 0;
  for (const mark of first) {
    const place = places.get(mark);
    if (place === undefined) continue;
    if (place < highest) reordered += 1;
    highest = Math.max(highest, place);
  }
  const isHeld = new Set(first);
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((mark) => !isHeld.has(mark)).length,
    duplicated: held.length - first.length,
    reordered,
    invented: first.filter((mark) => !said.has(mark)).length,
  };
}
