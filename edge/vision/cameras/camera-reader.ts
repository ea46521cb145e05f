import type { CameraSettings } from "@outpost/firmware-adapters/camera/settings.ts";
import type {
  Frame,
  FrameDeps,
  FrameRequest,
  FrameStats,
  FrameStream,
} from "@outpost/firmware-adapters/camera/sources/frame-source.ts";
import { openFrames } from "@outpost/firmware-adapters/camera/sources/open-frames.ts";
import { Backoff } from "@outpost/kernel/backoff.ts";
import { asError, errorCode } from "@outpost/kernel/thrown.ts";

/** How a camera's pictures are read. */
export interface ReaderRequest {
  readonly settings: CameraSettings;
  readonly maxFramesPerSecond: number;
  /** What ffmpeg scales streams to. */
  readonly analysisWidthPx: number;
}

export interface Trouble {
  readonly code: string;
  readonly message: string;
}

const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 60_000;

/**
 * Reads one camera and keeps its newest picture, nothing older: a queue of one. Each camera has a reader of its own, and
 * whatever happens to it stays with it.
 */
export class CameraReader {
  readonly #request: ReaderRequest;
  readonly #deps: FrameDeps;
  readonly #onFrame: () => void;
  #stream: FrameStream | undefined;
  #newest: Frame | undefined;
  #isTaken = true;
  #dropped = 0;
  #trouble: Trouble | undefined;

  constructor(request: ReaderRequest, deps: FrameDeps, onFrame: () => void) {
    this.#request = request;
    this.#deps = deps;
    this.#onFrame = onFrame;
  }

  /** The newest picture; undefined before the first. */
  get newest(): Frame | undefined {
    return this.#newest;
  }

  /** Pictures that a newer one replaced before anybody looked at them. */
  get dropped(): number {
    return this.#dropped;
  }

  get trouble(): Trouble | undefined {
    const { trouble } = this.#stream?.stats() ?? {};
    return trouble === undefined ? this.#trouble : { code: trouble.code, message: trouble.message };
  }

  stats(): FrameStats | undefined {
    return this.#stream?.stats();
  }

  /** Somebody looks at the newest picture. */
  take(): void {
    this.#isTaken = true;
  }

  /** Reads until `signal` aborts. A camera's trouble never ends it. */
  async run(signal: AbortSignal): Promise<void> {
    const backoff = new Backoff({ firstMs: FIRST_PAUSE_MS, maxMs: MAX_PAUSE_MS });
    while (!signal.aborted) {
      try {
        await this.#read(signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = { code: errorCode(error) ?? "camera/ended", message: asError(error).message };
      }
      await this.#deps.clock.sleep(backoff.nextMs(), signal).catch(() => undefined);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    await using stream = await openFrames(this.#request.settings, frameRequest(this.#request), this.#deps, signal);
    this.#stream = stream;
    this.#trouble = undefined;
    for await (const frame of stream) {
      if (!this.#isTaken) this.#dropped += 1;
      this.#newest = frame;
      this.#isTaken = false;
      this.#onFrame();
    }
  }
}

/** Streams are scaled where they are decoded anyway; pictures that come as JPEGs are taken as they are. */
function frameRequest({ settings, maxFramesPerSecond, analysisWidthPx }: ReaderRequest): FrameRequest {
  const isDecoded = ["rtsp", "http", "onvif"].includes(settings.source.kind);
  return { format: "jpeg", maxFramesPerSecond, ...(isDecoded ? { width: analysisWidthPx } : {}) };
}
