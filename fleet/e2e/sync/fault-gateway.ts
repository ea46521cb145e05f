import { cp, rm } from "node:fs/promises";
import { join } from "node:path";

import { startLoadGateway, type LoadGateway } from "../load-gateway.ts";

/** Numbers skipped when a gateway starts again: what it wrote without our hearing of it keeps its own numbers. */
const NUMBER_GAP = 100_000;

/** A loaded gateway whose disk may be copied, put back and wiped. Its load starts with it. */
export class FaultGateway {
  readonly #directory: string;
  readonly #mqttPort: number;
  readonly #gatewayId: string;
  readonly #durable = new Set<number>();
  #running: LoadGateway | undefined;
  #next = 1;

  constructor(options: { readonly directory: string; readonly mqttPort: number; readonly gatewayId: string }) {
    this.#directory = options.directory;
    this.#mqttPort = options.mqttPort;
    this.#gatewayId = options.gatewayId;
  }

  /** Every number that any life of this gateway said was durable. */
  get durable(): ReadonlySet<number> {
    for (const number of this.#running?.durable ?? []) this.#durable.add(number);
    return this.#durable;
  }

  async start(): Promise<void> {
    this.#running = await startLoadGateway({
      stateDirectory: this.#state,
      mqttPort: this.#mqttPort,
      gatewayId: this.#gatewayId,
      first: this.#next,
    });
    this.#running.tell("go");
    this.#running.tell("load");
  }

  /** SIGKILL, as a power cut. */
  async kill(): Promise<void> {
    await this.#running?.program.kill();
    let highest = this.#next;
    for (const number of this.durable) highest = Math.max(highest, number);
    this.#next = Math.ceil((highest + 1) / NUMBER_GAP) * NUMBER_GAP + 1;
  }

  tell(line: "load" | "hush"): void {
    this.#running?.tell(line);
  }

  /** Copies the disk aside, as an image of it. The gateway must not run. */
  async takeImage(): Promise<void> {
    await rm(this.#image, { recursive: true, force: true });
    await cp(this.#state, this.#image, { recursive: true });
  }

  /** Puts the image back; `only-database` leaves the files beside the database as they are now. */
  async restoreImage(what: "whole-disk" | "only-database"): Promise<void> {
    const isWanted = (path: string): boolean => what === "whole-disk" || !path.endsWith(".anchor");
    if (what === "whole-disk") await this.wipe();
    await cp(this.#image, this.#state, { recursive: true, force: true, filter: isWanted });
  }

  async wipe(): Promise<void> {
    await rm(this.#state, { recursive: true });
  }

  get #state(): string {
    return join(this.#directory, "gateway");
  }

  get #image(): string {
    return join(this.#directory, "image");
  }
}
