import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { isPortTaken, scanSerialPorts, type SerialPlaces } from "./scan-serial.ts";

let root: string;
beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "outpost-ports-")));
});
afterEach(() => rm(root, { recursive: true }));

async function put(file: string, text = ""): Promise<string> {
  const path = join(root, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
  return path;
}

async function lead(from: string, to: string): Promise<string> {
  const path = join(root, from);
  await mkdir(dirname(path), { recursive: true });
  await symlink(to, path);
  return path;
}

const noUdev = (): Promise<never> => Promise.reject(new Error("spawn udevadm ENOENT"));
const places = (list: SerialPlaces["list"] = noUdev): SerialPlaces => ({
  dev: join(root, "dev"),
  proc: join(root, "proc"),
  sys: join(root, "sys"),
  list,
});

describe("the serial ports of a machine", () => {
  it("are found without udev, in the order of their numbers, and nothing else is", async () => {
    for (const name of ["ttyUSB10", "ttyUSB2", "ttyACM0", "ttyAMA0", "tty1", "ttyprintk", "null"])
      await put(`dev/${name}`);
    const found = await scanSerialPorts(places());
    expect(found.map(({ path }) => path)).toEqual(
      ["ttyACM0", "ttyAMA0", "ttyUSB2", "ttyUSB10"].map((name) => join(root, "dev", name)),
    );
    expect(found[0]).toEqual({ path: join(root, "dev/ttyACM0"), names: [join(root, "dev/ttyACM0")], usedBy: [] });
  });

  it("on the board are there only with a chip", async () => {
    for (const name of ["ttyS0", "ttyS1", "ttyS2"]) await put(`dev/${name}`);
    await put("sys/class/tty/ttyS0/type", "4\n");
    await put("sys/class/tty/ttyS1/type", "0\n");
    expect((await scanSerialPorts(places())).map(({ path }) => path)).toEqual(
      ["ttyS0", "ttyS2"].map((name) => join(root, "dev", name)),
    );
  });

  it("go by the name that stays when they are plugged in elsewhere", async () => {
    const port = await put("dev/ttyUSB0");
    const byPath = await lead("dev/serial/by-path/platform-usb-1", port);
    const byId = await lead("dev/serial/by-id/usb-FTDI_A1", port);
    await lead("dev/serial/by-id/usb-gone", join(root, "dev/ttyUSB9"));
    const listed = { path: port, manufacturer: "FTDI", serialNumber: "A1", vendorId: "0403", productId: "6001" };
    expect(await scanSerialPorts(places(async () => [listed]))).toEqual([
      {
        path: byId,
        names: [port, byId, byPath],
        manufacturer: "FTDI",
        serialNumber: "A1",
        usbId: "0403:6001",
        usedBy: [],
      },
    ]);
  });

  it("are said to be in use by whoever has them open", async () => {
    const port = await put("dev/ttyUSB0");
    await put("proc/self/comm", "not a number");
    await put("proc/17/comm", "idle\n");
    await lead("proc/17/fd/0", "/dev/null");
    await put("proc/42/comm", "node\n");
    await lead("proc/42/fd/19", port);
    await lead("proc/42/fd/20", port);
    const [found] = await scanSerialPorts(places());
    expect(found?.usedBy).toEqual([{ pid: 42, name: "node" }]);
  });

  it("are none where there is nothing to look at", async () => {
    expect(await scanSerialPorts(places())).toEqual([]);
  });

  it("of this machine can be listed", async () => {
    const found = await scanSerialPorts();
    expect(found.filter(({ path }) => !path.startsWith("/dev/"))).toEqual([]);
  });
});

describe("a port that cannot be opened", () => {
  it("is told from one that another program has", () => {
    const locked = new Error("Error Resource temporarily unavailable Cannot lock port");
    expect(isPortTaken(new Error("link down", { cause: locked }))).toBe(true);
    expect(isPortTaken(new Error("No such file or directory, cannot open /dev/ttyUSB7"))).toBe(false);
    expect(isPortTaken(undefined)).toBe(false);
  });
});
