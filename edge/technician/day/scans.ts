import type { Clock } from "@outpost/kernel/clock.ts";
import type { Log } from "@outpost/kernel/log.ts";
import { asError } from "@outpost/kernel/thrown.ts";

import type { ScanOutcome, Screen } from "../../scan/run-scan.ts";
import type { ScanView } from "../server/views.ts";
import { findingsOf } from "./scan-findings.ts";
import type { ScanRequest } from "./scan-request.ts";

const MAX_NOTES = 200;

export interface ScansDeps {
  readonly clock: Clock;
  readonly log: Log;
  onChange(view: ScanView): void;
}

/** One scan at a time, as `outpost-edge scan` makes it; what was found stays until the next one. */
export class Scans implements AsyncDisposable {
  readonly #deps: ScansDeps;
  #view: ScanView = { state: "idle", findings: [], notes: [] };
  #stop: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();

  constructor(deps: ScansDeps) {
    this.#deps = deps;
  }

  get view(): ScanView {
    return this.#view;
  }

  /** @returns false where one is under way. */
  start(request: ScanRequest, by: string): boolean {
    if (this.#view.state === "running") return false;
    this.#stop = new AbortController();
    this.#set({ state: "running", kind: request.kind, startedBy: by, findings: [], notes: [] });
    this.#running = this.#run(request, this.#stop.signal);
    return true;
  }

  /** Ends it; what was found so far is kept. */
  stop(): void {
    this.#stop?.abort(new Error("ended early"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await this.#running;
  }

  async #run(request: ScanRequest, signal: AbortSignal): Promise<void> {
    try {
      const { result, failures, isComplete } = await scan(request, this.#screen(), signal);
      // What was said on the way stands in the findings now; what could not be looked at does not.
      const notes = failures.slice(-MAX_NOTES);
      const state = isComplete ? "ended" : "stopped";
      this.#set({ ...this.#view, state, notes, findings: findingsOf(request, result) });
    } catch (error) {
      this.#deps.log.warn("scan failed", { reason: asError(error).message });
      const state = signal.aborted ? "stopped" : "failed";
      this.#set({ ...this.#view, state, notes: [...this.#view.notes, asError(error).message].slice(-MAX_NOTES) });
    }
  }

  #screen(): Screen {
    const note = (line: string): void => {
      this.#set({ ...this.#view, notes: [...this.#view.notes, line.slice(0, 300)].slice(-MAX_NOTES) });
    };
    return {
      say: note,
      // The first line beside the result is the estimate, which the page says in its own words.
      tell: () => {},
      estimate: (estimatedMs) => this.#set({ ...this.#view, estimatedMs, leftMs: estimatedMs }),
      progress: (_, part) => {
        if (part !== undefined) this.#set({ ...this.#view, ...part });
      },
    };
  }

  #set(view: ScanView): void {
    this.#view = view;
    this.#deps.onChange(view);
  }
}

/** Each kind is loaded only when it is asked for. */
async function scan(request: ScanRequest, screen: Screen, signal: AbortSignal): Promise<ScanOutcome> {
  switch (request.kind) {
    case "serial":
      return await (await import("../../scan/kinds/serial.ts")).scanSerial(screen);
    case "modbus":
      return await (await import("../../scan/kinds/modbus.ts")).scanForModbus(request, screen, signal);
    case "dlt645":
      return await (await import("../../scan/kinds/dlt645.ts")).scanForMeters(request, screen, signal);
    case "lockers":
      return await (await import("../../scan/kinds/lockers.ts")).scanForLockers(request, screen, signal);
    case "onvif":
      return await (await import("../../scan/kinds/onvif.ts")).scanForCameras(request, screen, signal);
  }
}
