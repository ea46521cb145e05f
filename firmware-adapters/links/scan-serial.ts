import { readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

/** A serial port of this machine, and what is known of it. */
export interface SerialPortFound {
  /** As a site file should name it: the name that stays the same whichever socket it is plugged into, where it has one. */
  readonly path: string;
  /** Every name it has, the kernel's own first. */
  readonly names: readonly string[];
  readonly manufacturer?: string;
  readonly serialNumber?: string;
  /** USB vendor and product, in hexadecimal. */
  readonly usbId?: string;
  /** The programs that have it open, as far as this user may see them. */
  readonly usedBy: readonly { readonly pid: number; readonly name: string }[];
}

/** What udev knows of a port, as the package serialport lists it. */
interface Listed {
  readonly path: string;
  readonly manufacturer?: string | undefined;
  readonly serialNumber?: string | undefined;
  readonly vendorId?: string | undefined;
  readonly productId?: string | undefined;
}

/** Where to look; the machine's own places unless a test says otherwise. */
export interface SerialPlaces {
  readonly dev: string;
  readonly proc: string;
  readonly sys: string;
  /** Rejects where udev is missing. */
  list(): Promise<readonly Listed[]>;
}

/** USB converters, modems, on-board ports of PCs, of ARM boards and of other SoCs. */
const PORT = /^tty(?:USB|ACM|AMA|S|mxc|O|SC|XRUSB|WCH)\d{1,4}$/;
/** Ports that the kernel has names for whether or not there is a chip. */
const ON_BOARD = /^ttyS\d+$/;
const MAX_PORTS = 256;
const MAX_PROCESSES = 20_000;

const MACHINE: SerialPlaces = {
  dev: "/dev",
  proc: "/proc",
  sys: "/sys",
  async list() {
    // Loaded here, so that whoever lists no ports loads no native code.
    const { SerialPort } = await import("serialport");
    return await SerialPort.list();
  },
};

/**
 * Lists the serial ports that are really there. None is opened: opening moves control lines, and whatever hangs on them.
 *
 * udev says who made a converter; without it (it is missing in containers, and serialport then fails) the names are
 * still found.
 */
export async function scanSerialPorts(places: SerialPlaces = MACHINE): Promise<readonly SerialPortFound[]> {
  const names = (await entries(places.dev)).filter((name) => PORT.test(name)).slice(0, MAX_PORTS);
  const areReal = await Promise.all(names.map((name) => isReal(name, places)));
  const real = names.filter((_, index) => areReal[index] === true).map((name) => join(places.dev, name));
  const [links, known, users] = await Promise.all([
    stableNames(places),
    places.list().catch((): readonly Listed[] => []),
    usersOf(new Set(real), places),
  ]);
  return real
    .map((port) => portFound(port, { links: links.get(port) ?? [], known, users: users.get(port) ?? [] }))
    .toSorted((a, b) => a.path.localeCompare(b.path, "en", { numeric: true }));
}

/** Whether a port could not be opened because another program has locked it; serialport has only words for that. */
export function isPortTaken(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (/cannot lock port|resource busy/i.test(cause.message)) return true;
  }
  return false;
}

interface Facts {
  readonly links: readonly string[];
  readonly known: readonly Listed[];
  readonly users: SerialPortFound["usedBy"];
}

function portFound(port: string, { links, known, users }: Facts): SerialPortFound {
  const { manufacturer, serialNumber, vendorId, productId } = known.find(({ path }) => path === port) ?? {};
  const byId = links.find((link) => link.includes("/by-id/"));
  return {
    path: byId ?? port,
    names: [port, ...links],
    ...(manufacturer === undefined ? {} : { manufacturer }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(vendorId === undefined || productId === undefined ? {} : { usbId: `${vendorId}:${productId}` }),
    usedBy: users,
  };
}

/** Whether there is a chip behind the name; the kernel's word for "none" is type 0 (`PORT_UNKNOWN`). */
async function isReal(name: string, { dev, sys }: SerialPlaces): Promise<boolean> {
  const isDevice = await stat(join(dev, name)).then(
    (found) => found.isCharacterDevice() || found.isFile(),
    () => false,
  );
  if (!isDevice || !ON_BOARD.test(name)) return isDevice;
  const type = await readFile(join(sys, "class/tty", name, "type"), "utf8").catch(() => "unknown");
  return type.trim() !== "0";
}

/** Names under /dev/serial, by the port they lead to. */
async function stableNames({ dev }: SerialPlaces): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>();
  for (const folder of ["by-id", "by-path"]) {
    const at = join(dev, "serial", folder);
    for (const name of (await entries(at)).slice(0, MAX_PORTS)) {
      const link = join(at, name);
      const port = await realpath(link).catch(() => undefined);
      if (port !== undefined) found.set(port, [...(found.get(port) ?? []), link]);
    }
  }
  return found;
}

/** Who has these ports open. Other users' processes are not ours to look into, unless we are root. */
async function usersOf(
  ports: ReadonlySet<string>,
  { proc }: SerialPlaces,
): Promise<ReadonlyMap<string, SerialPortFound["usedBy"]>> {
  const found = new Map<string, SerialPortFound["usedBy"]>();
  if (ports.size === 0) return found;
  const pids = (await entries(proc)).filter((name) => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
  for (const pid of pids) {
    const open = new Set<string>();
    for (const descriptor of await entries(join(proc, pid, "fd"))) {
      const target = await readlink(join(proc, pid, "fd", descriptor)).catch(() => "");
      if (ports.has(target)) open.add(target);
    }
    if (open.size === 0) continue;
    const name = (await readFile(join(proc, pid, "comm"), "utf8").catch(() => "")).trim();
    for (const port of open) found.set(port, [...(found.get(port) ?? []), { pid: Number(pid), name }]);
  }
  return found;
}

/** What a folder holds; nothing where it is not there, has just gone or is not ours to look into. */
async function entries(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}
