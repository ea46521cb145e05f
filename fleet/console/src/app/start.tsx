import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { askAlarms, askDevices, askGateways, askPoints } from "../api/endpoints.ts";
import { Desk } from "../live/desk.ts";
import { keepStreamOpen } from "../live/stream.ts";
import { App } from "./app.tsx";

/** More open alarms than this no desk can work on; the page says that there are more. */
const MAX_OPEN_ALARMS = 500;

/** Joins live stream, reads and pages, and draws them into `place` until the page is left. */
export function startDesk(place: Element): void {
  const desk = new Desk({
    reads: {
      gateways: askGateways,
      devices: askDevices,
      points: askPoints,
      openAlarms: async (signal) => {
        const page = await askAlarms({ state: "open", limit: MAX_OPEN_ALARMS }, signal);
        return { alarms: page.alarms, hasMore: page.nextCursor !== null };
      },
    },
    keepStreamOpen,
    nowMs: Date.now,
  });
  const left = new AbortController();
  window.addEventListener("pagehide", () => {
    left.abort();
  });
  desk.run(left.signal);
  createRoot(place).render(
    <StrictMode>
      <App desk={desk} />
    </StrictMode>,
  );
}
