/** Where bytes on a device's line mean that something was said, or acknowledged. */
export interface Words {
  /** From the device: something that it wants acknowledged. */
  isMessage(bytes: Buffer): boolean;
  /** From the gateway: an acknowledgement. */
  isAnswer(bytes: Buffer): boolean;
}

/** One simulated device: its process, its line, and what the site file says of it. */
export interface SimulatedDevice {
  readonly id: string;
  readonly adapter: string;
  /** From the root of the repository. */
  readonly script: string;
  /** Who calls whom: the other one listens. */
  readonly caller: "device" | "gateway";
  /** @param meet  HOST:PORT, where the simulator calls or listens. */
  args(meet: string): readonly string[];
  /** The link in the site file. @param port  where the gateway listens or calls. */
  link(port: number): object;
  readonly settings: object;
  /** What is otherwise in `settings` after a reconfiguration. */
  readonly changed: object;
  /** Whether its frames bear a check of their own, so that a byte that went wrong on the way is noticed. */
  readonly isChecked: boolean;
  /** Absent: it is asked, and has nothing acknowledged. */
  readonly words?: Words;
}

const HOST = "127.0.0.1";
/** Of every request: generous, because a busy machine must not look like a silent device. */
export const POLL_TIMEOUT_MS = 2_000;
const PANEL_KEY = "00112233445566778899aabbccddeeff";
const PUBLISH = 3;
const PUBACK = 4;

const listener = (port: number): object => ({ kind: "listener", host: HOST, port });
const serialServer = (port: number): object => ({ kind: "serial-server", host: HOST, port });
const dc09Words: Words = {
  isMessage: (bytes) => bytes.includes('SIA-DCS"'),
  isAnswer: (bytes) => /ACK"(?!0000)/.test(bytes.toString("latin1")),
};
const pump = { adapter: "modbus", script: "firmware-adapters/modbus/simulator/main.ts", caller: "gateway" } as const;
const pumpSettings = { unitId: 1, profile: "two-pump-station", timeoutMs: POLL_TIMEOUT_MS };

/** They have what they say acknowledged. */
const SPEAKING: readonly SimulatedDevice[] = [
  {
    id: "panel",
    isChecked: true,
    adapter: "dc09",
    script: "firmware-adapters/dc09/simulator/main.ts",
    caller: "device",
    args: (meet) => ["--to", meet, "--account", "1234", "--no-time", "--null-ms", "2000", "--retry-ms", "1000"],
    link: listener,
    settings: { account: "1234", supervisionMs: 5_000, marginMs: 5_000 },
    changed: { momentaryMs: 7_000 },
    words: dc09Words,
  },
  {
    id: "coded-panel",
    isChecked: true,
    adapter: "dc09",
    script: "firmware-adapters/dc09/simulator/main.ts",
    caller: "device",
    // Each try gives a new time: 5 s is the shortest pause that DC-09 panels keep between two tries.
    args: (meet) => ["--to", meet, "--account", "5678", "--key", PANEL_KEY, "--null-ms", "2000", "--retry-ms", "6000"],
    link: listener,
    settings: { account: "5678", key: { hex: PANEL_KEY }, supervisionMs: 8_000, marginMs: 5_000 },
    changed: { momentaryMs: 7_000 },
    words: dc09Words,
  },
  {
    id: "outfall",
    isChecked: true,
    adapter: "hj212",
    script: "firmware-adapters/hj212/simulator/main.ts",
    caller: "device",
    args: (meet) => ["--connect", meet, "--mn", "OUTFALL1", "--every", "1", "--minute", "86400", "--retry", "1"],
    link: listener,
    settings: {
      mn: "OUTFALL1",
      password: "123456",
      factors: [{ code: "w01018" }, { code: "w01001" }],
      supervisionMs: 10_000,
      hangUpGraceMs: 3_000,
    },
    changed: { supervisionMs: 12_000 },
    words: { isMessage: (bytes) => bytes.includes("CN=20"), isAnswer: (bytes) => bytes.includes("CN=9014") },
  },
  {
    id: "river-gauge",
    isChecked: true,
    adapter: "sl651",
    script: "firmware-adapters/sl651/simulator/main.ts",
    caller: "device",
    args: (meet) => ["--connect", meet, "--every", "1", "--keep-alive", "2", "--retry", "1", "--alarm-level", "12"],
    link: listener,
    settings: {
      station: "0012345678",
      password: "1234",
      elements: [{ code: "39" }, { code: "26" }, { code: "38" }],
      staysOnline: true,
      supervisionMs: 10_000,
    },
    changed: { supervisionMs: 12_000 },
    // Its keep-alives are short and not answered.
    words: { isMessage: (bytes) => bytes.length > 40, isAnswer: () => true },
  },
  {
    id: "call-button",
    isChecked: false,
    adapter: "button",
    script: "firmware-adapters/button/simulator/main.ts",
    caller: "gateway",
    args: (meet) => ["--mqtt", meet, "--zigbee", "1", "--lora", "0", "--heartbeat", "2"],
    link: (port) => ({ kind: "mqtt", url: `mqtt://${HOST}:${port}`, clientId: "outpost-devices" }),
    settings: { source: "zigbee2mqtt", friendlyName: "zigbee-1", supervisionMs: 10_000, momentaryMs: 5_000 },
    changed: { momentaryMs: 7_000 },
    words: {
      isMessage: (bytes) => (bytes[0] ?? 0) >> 4 === PUBLISH,
      isAnswer: (bytes) => (bytes[0] ?? 0) >> 4 === PUBACK,
    },
  },
];

/** They are asked, and say nothing by themselves. */
const ASKED: readonly SimulatedDevice[] = [
  {
    id: "locker-wall",
    isChecked: true,
    adapter: "locker",
    script: "firmware-adapters/locker/simulator/main.ts",
    caller: "gateway",
    args: (meet) => ["--protocol", "kerong-cu16", "--ways", "12", "--tcp", meet, "--pulse-ms", "100"],
    link: serialServer,
    settings: {
      protocol: "kerong-cu16",
      board: 0,
      ways: 12,
      cabinet: "parcel",
      timeoutMs: POLL_TIMEOUT_MS,
    },
    changed: { leftOpenAfterMs: 100_000 },
  },
  {
    ...pump,
    id: "pump-station",
    isChecked: false,
    args: (meet) => ["--tcp", meet, "--speed", "40"],
    link: (port) => ({ kind: "tcp", host: HOST, port }),
    settings: pumpSettings,
    changed: { maxGapRegisters: 5 },
  },
  {
    ...pump,
    id: "serial-pumps",
    isChecked: true,
    args: (meet) => ["--rtu-tcp", meet, "--speed", "40"],
    link: serialServer,
    settings: pumpSettings,
    changed: { maxGapRegisters: 5 },
  },
  {
    id: "meter",
    isChecked: true,
    adapter: "dlt645",
    script: "firmware-adapters/dlt645/simulator/main.ts",
    caller: "gateway",
    args: (meet) => ["--serial-server", meet, "--speed", "50", "--steady"],
    link: serialServer,
    settings: {
      address: "000000000001",
      items: ["energy", "power", "voltage.a", "frequency"],
      fastEveryMs: 400,
      slowEveryMs: 2_000,
      timeoutMs: POLL_TIMEOUT_MS,
    },
    changed: { slowEveryMs: 3_000 },
  },
];

/** The devices of the rounds. @param codes  what the locker wall's settings say of its doors and their codes. */
export function simulatedDevices(codes: object): readonly SimulatedDevice[] {
  const isWall = ({ id }: SimulatedDevice): boolean => id === "locker-wall";
  return [...SPEAKING, ...ASKED].map((device) =>
    isWall(device) ? { ...device, settings: { ...device.settings, ...codes } } : device,
  );
}
