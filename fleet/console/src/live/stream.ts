import { Backoff } from "@outpost/kernel/backoff.ts";

import type { LiveMessage } from "./message.ts";
import { LIVE_EVENT_NAMES, parseLiveMessage } from "./message.ts";

/** The gateways report every minute; a stream silent for longer than this is taken for dead, whatever the socket says. */
const SILENCE_MS = 100_000;
const OPEN_TIMEOUT_MS = 15_000;

export interface StreamEars {
  /** The stream stands: everything that was missed must be read anew. */
  readonly onOpen: () => void;
  readonly onLost: () => void;
  readonly onMessage: (message: LiveMessage) => void;
  /** A message of a shape this page does not know. */
  readonly onNotUnderstood: (name: string) => void;
}

/**
 * Keeps `/api/live` open until `signal` aborts: opens again after a growing pause, at once when the network returns.
 *
 * The browser's own way of reconnecting is not used: it neither backs off nor notices a half-open connection.
 */
export function keepStreamOpen(ears: StreamEars, signal: AbortSignal): void {
  const backoff = new Backoff({ firstMs: 500, maxMs: 20_000 });
  let source: EventSource | undefined;
  let timer: number | undefined;

  const waitThen = (ms: number, then: () => void): void => {
    window.clearTimeout(timer);
    timer = window.setTimeout(then, ms);
  };
  const drop = (): void => {
    window.clearTimeout(timer);
    source?.close();
    source = undefined;
  };
  const lose = (): void => {
    drop();
    ears.onLost();
    waitThen(backoff.nextMs(), open);
  };
  function open(): void {
    drop();
    const opened = new EventSource("/api/live");
    source = opened;
    waitThen(OPEN_TIMEOUT_MS, lose);
    opened.addEventListener("open", () => {
      backoff.reset();
      waitThen(SILENCE_MS, lose);
      ears.onOpen();
    });
    opened.addEventListener("error", lose);
    for (const name of LIVE_EVENT_NAMES) {
      opened.addEventListener(name, (event: MessageEvent<unknown>) => {
        waitThen(SILENCE_MS, lose);
        const message = parseLiveMessage(name, event.data);
        if (message === undefined) ears.onNotUnderstood(name);
        else ears.onMessage(message);
      });
    }
  }

  window.addEventListener(
    "online",
    () => {
      if (source === undefined) open();
    },
    { signal },
  );
  signal.addEventListener("abort", drop);
  open();
}
