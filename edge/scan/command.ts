import { Option, type Command } from "commander";

import { collect, parseHosts, parseParities, parseSpeeds, parseUnits, parseWhole } from "./arguments.ts";
import type { Dlt645Options } from "./kinds/dlt645.ts";
import type { LockerOptions } from "./kinds/lockers.ts";
import type { ModbusOptions } from "./kinds/modbus.ts";
import type { OnvifOptions } from "./kinds/onvif.ts";
import { runScan } from "./run-scan.ts";

const EXIT_CODES = `
Nothing is written to any device. Ctrl-C ends a scan with what it has found. Exit codes: 0 ended, found or not;
1 something could not be looked at; 130 ended by Ctrl-C.`;

interface Json {
  readonly json?: boolean;
}

/** Adds `scan serial|modbus|dlt645|lockers|onvif` to the command line. Each is loaded only when it runs. */
export function addScanCommands(program: Command): void {
  const scan = program
    .command("scan")
    .description("find the devices on a line or network")
    .addHelpText("after", EXIT_CODES);
  scan
    .command("serial")
    .description("list the serial ports of this machine, and who uses them; opens none")
    .option("--json", "one line of JSON instead of text")
    .action(async (options: Json) => {
      const { scanSerial } = await import("./kinds/serial.ts");
      await runScan("serial", options, scanSerial);
    });
  addModbus(scan);
  addDlt645(scan);
  addLockers(scan);
  addOnvif(scan);
}

function addModbus(scan: Command): void {
  lineOptions(scan.command("modbus").description("find Modbus units; without a line, on every free serial port"), {
    baud: "9600,19200,4800,38400,115200",
    parity: "none,even,odd",
  })
    .option("--tcp <host>", "a Modbus TCP endpoint, HOST or HOST:PORT; may be given several times", parseHosts(502))
    .option("--units <list>", "unit ids, like 1-20,31 (default: 1-247, over TCP 255 before them)", parseUnits)
    .option("--wait-ms <number>", "how long a unit may think before it answers", parseWhole(10, 10_000), 100)
    .option("--first", "on each serial port, stop after the first speed and parity in which somebody answers")
    .action(async (options: ModbusOptions & Json) => {
      const { scanForModbus } = await import("./kinds/modbus.ts");
      await runScan("modbus", options, (screen, signal) => scanForModbus(options, screen, signal));
    });
}

function addDlt645(scan: Command): void {
  lineOptions(scan.command("dlt645").description("ask for the address of the one electricity meter on a line"), {
    baud: "2400,9600",
    parity: "even",
  })
    .option("--wait-ms <number>", "how long a meter may take to answer", parseWhole(100, 10_000), 1_000)
    .action(async (options: Dlt645Options & Json) => {
      const { scanForMeters } = await import("./kinds/dlt645.ts");
      await runScan("dlt645", options, (screen, signal) => scanForMeters(options, screen, signal));
    });
}

function addLockers(scan: Command): void {
  lineOptions(scan.command("lockers").description("find lock boards; opens no door"), {
    baud: "9600,19200",
    parity: "none",
  })
    .option("--wait-ms <number>", "how long a board may take to answer", parseWhole(10, 5_000), 200)
    .action(async (options: LockerOptions & Json) => {
      const { scanForLockers } = await import("./kinds/lockers.ts");
      await runScan("lockers", options, (screen, signal) => scanForLockers(options, screen, signal));
    });
}

function addOnvif(scan: Command): void {
  scan
    .command("onvif")
    .description("find cameras on the networks of this machine")
    .option("--seconds <number>", "how long to listen", parseWhole(1, 60), 5)
    .option("--ask <host>", "ask this host instead of everybody; may be given several times", parseHosts(3_702))
    .option("--from <address>", "ask from this address of ours only; may be given several times", collect)
    .option("--json", "one line of JSON instead of text")
    .action(async (options: OnvifOptions & Json) => {
      const { scanForCameras } = await import("./kinds/onvif.ts");
      await runScan("onvif", options, (screen, signal) => scanForCameras(options, screen, signal));
    });
}

function lineOptions(command: Command, usual: { readonly baud: string; readonly parity: string }): Command {
  return command
    .option("--serial <path>", "a serial port; may be given several times", collect)
    .option("--serial-server <host:port>", "a serial server; may be given several times", parseHosts())
    .addOption(option("--baud <list>", "speeds", parseSpeeds, usual.baud))
    .addOption(option("--parity <list>", "parities", parseParities, usual.parity))
    .option("--json", "one line of JSON instead of text");
}

/** An option whose default is shown as people would write it. */
function option(flags: string, description: string, parse: (text: string) => unknown, usual: string): Option {
  return new Option(flags, description).argParser(parse).default(parse(usual), usual);
}
