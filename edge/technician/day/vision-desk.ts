import { spawn, type ChildProcess } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { TechnicianError } from "../errors.ts";
import type { TechnicianDeps } from "../server/deps.ts";
import type { AlgorithmView } from "../server/views.ts";

const CHILD = fileURLToPath(new URL("vision-child.ts", import.meta.url));
/** A stream's first picture may be a key frame ten seconds off. */
const TIMEOUT_MS = 60_000;

/** What drawing zones needs: a still of a camera, and which algorithms there are. One still at a time. */
export class VisionDesk {
  readonly #deps: Pick<TechnicianDeps, "site">;
  #isTaking = false;
  #algorithms: readonly AlgorithmView[] | undefined;

  constructor(deps: Pick<TechnicianDeps, "site">) {
    this.#deps = deps;
  }

  /**
   * One JPEG, for a person at the gateway; it is kept nowhere.
   *
   * @throws TechnicianError `technician/not-found`, `technician/busy`, or `technician/refused` where no picture comes.
   */
  async still(deviceId: string, signal: AbortSignal): Promise<Buffer> {
    const device = this.#deps.site().document.devices.find(({ id }) => id === deviceId);
    if (device?.adapter !== "camera") throw new TechnicianError("technician/not-found", "there is no such camera");
    if (this.#isTaking) throw new TechnicianError("technician/busy", "a picture is being taken");
    this.#isTaking = true;
    try {
      const jpeg = await run("still", JSON.stringify(device.settings), signal);
      if (jpeg.length === 0) throw new TechnicianError("technician/refused", "the camera gives no picture");
      return jpeg;
    } finally {
      this.#isTaking = false;
    }
  }

  /** The algorithms of this build; asked for once. */
  async algorithms(signal: AbortSignal): Promise<readonly AlgorithmView[]> {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own child writes exactly this
    this.#algorithms ??= JSON.parse((await run("algorithms", "", signal)).toString()) as readonly AlgorithmView[];
    return this.#algorithms;
  }
}

async function run(what: "still" | "algorithms", input: string, signal: AbortSignal): Promise<Buffer> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, what], {
    stdio: ["pipe", "pipe", "ignore"],
    timeout: TIMEOUT_MS,
    killSignal: "SIGKILL",
    signal,
  });
  child.on("error", () => {});
  // A child that died early takes no input; that it gave no answer says so.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input);
  return child.stdout === null ? Buffer.alloc(0) : await buffer(child.stdout);
}
