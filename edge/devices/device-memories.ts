import { MAX_MEMORY_CHARS, MAX_MEMORY_ROWS, type DeviceMemory } from "@outpost/firmware-adapters/adapter.ts";
import { DeviceError } from "@outpost/firmware-adapters/errors.ts";
import { asError } from "@outpost/kernel/thrown.ts";

type Rows = Readonly<Record<string, string | null>>;

/** What every device remembers over a restart, and the way to the disk. */
export class DeviceMemories {
  readonly #save: (deviceId: string, rows: Rows) => Promise<void>;
  readonly #byDevice = new Map<string, Map<string, string>>();
  #isRestored = false;

  /** @param save  resolves when the rows are on the disk. */
  constructor(save: (deviceId: string, rows: Rows) => Promise<void>) {
    this.#save = save;
  }

  /** What was written before a restart, by device; what a device has written since is newer and stays. */
  restore(byDevice: ReadonlyMap<string, ReadonlyMap<string, string>>): void {
    for (const [deviceId, rows] of byDevice) {
      const known = this.#rowsOf(deviceId);
      for (const [key, value] of rows) if (!known.has(key)) known.set(key, value);
    }
    this.#isRestored = true;
  }

  /** Rows of a device have been written by other ways. */
  note(deviceId: string, rows: Rows): void {
    const known = this.#rowsOf(deviceId);
    for (const [key, value] of Object.entries(rows)) {
      if (value === null) known.delete(key);
      else known.set(key, value);
    }
  }

  of(deviceId: string): DeviceMemory {
    const rows = this.#rowsOf(deviceId);
    const isRestored = (): boolean => this.#isRestored;
    return {
      get isRestored() {
        return isRestored();
      },
      rows,
      save: async (changed) => {
        checkRoom(rows, changed);
        this.note(deviceId, changed);
        try {
          await this.#save(deviceId, changed);
        } catch (error) {
          throw new DeviceError("device/not-committed", asError(error).message, { cause: error });
        }
      },
    };
  }

  #rowsOf(deviceId: string): Map<string, string> {
    let rows = this.#byDevice.get(deviceId);
    if (rows === undefined) {
      rows = new Map();
      this.#byDevice.set(deviceId, rows);
    }
    return rows;
  }
}

/** @throws DeviceError `device/memory-full` where a device would remember more than it may. */
export function checkRoom(rows: ReadonlyMap<string, string>, changed: Rows): void {
  let size = rows.size;
  for (const [key, value] of Object.entries(changed)) {
    if (value !== null && key.length + value.length > MAX_MEMORY_CHARS) {
      throw new DeviceError("device/memory-full", `row "${key}" has more than ${MAX_MEMORY_CHARS} characters`);
    }
    if (value !== null && !rows.has(key)) size += 1;
  }
  if (size > MAX_MEMORY_ROWS) throw new DeviceError("device/memory-full", `more than ${MAX_MEMORY_ROWS} rows`);
}
