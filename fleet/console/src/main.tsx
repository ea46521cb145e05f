import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { z } from "zod";

import { askAlarms, askDevices, askGateways, askPoints } from "./api/endpoints.ts";
import { App } from "./app/app.tsx";

import "./app/app.css";
import { Desk } from "./live/desk.ts";
import { keepStreamOpen } from "./live/stream.ts";

/** More open alarms than this no desk can work on; the page says that there are more. */
const MAX_OPEN_ALARMS = 500;

// Zod would try to compile its checks, which the content security policy forbids.
z.config({ jitless: true });

const place = document.getElementById("desk");
if (place === null) throw new Error("index.html has no place for the desk");

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

const closed = new AbortController();
window.addEventListener("pagehide", () => {
  closed.abort();
});
desk.run(closed.signal);

createRoot(place).render(
  <StrictMode>
    <App desk={desk} />
  </StrictMode>,
);
