import { z } from "zod";

import { SETTINGS, settingNames, type SettingName } from "../charger/settings.ts";
import type { Commands } from "../station/commands.ts";
import { iso } from "./dialect.ts";

const component = z.object({ name: z.string(), instance: z.string().optional() }).loose();
const variable = z.object({ name: z.string(), instance: z.string().optional() });
const place = z.object({ component, variable, attributeType: z.string().optional() });
type Place = z.infer<typeof place>;

const get = z.object({ getVariableData: z.array(place) });
const set = z.object({ setVariableData: z.array(place.extend({ attributeValue: z.string() })) });
/** Variables in one message: more would be a long one. */
const PER_REPORT = 10;

/** The device model: the station's settings as components and variables. @see OCPP 2.0.1 part 2, B05 to B07 */
export function ofVariables(commands: Commands): Readonly<Record<string, (payload: unknown) => object>> {
  const { settings } = commands.station;
  return {
    GetVariables: (payload) => ({
      getVariableResult: get.parse(payload).getVariableData.map((asked) => {
        const name = settingAt(asked);
        return name === undefined
          ? { ...echo(asked), attributeStatus: unknown(asked) }
          : { ...echo(asked), attributeStatus: "Accepted", attributeValue: settings.text(name) };
      }),
    }),
    SetVariables: (payload) => ({
      setVariableResult: set.parse(payload).setVariableData.map((asked) => {
        const name = settingAt(asked);
        if (asked.component.name === "SecurityCtrlr" && asked.variable.name === "BasicAuthPassword") {
          const isTaken = commands.safeguards.setKey(asked.attributeValue);
          return { ...echo(asked), attributeStatus: isTaken ? "Accepted" : "Rejected" };
        }
        if (name === undefined) return { ...echo(asked), attributeStatus: unknown(asked) };
        return {
          ...echo(asked),
          attributeStatus: settings.set(name, asked.attributeValue) ? "Accepted" : "Rejected",
        };
      }),
    }),
    GetBaseReport(payload) {
      const { requestId } = z.object({ requestId: z.number() }).parse(payload);
      report(commands, requestId);
      return { status: "Accepted" };
    },
  };
}

function report(commands: Commands, requestId: number): void {
  const all = settingNames().map((name) => {
    const { variable: where, type } = SETTINGS[name];
    const dataType = { boolean: "boolean", integer: "integer", list: "MemberList", text: "string" }[type];
    const isReadOnly = "isReadOnly" in SETTINGS[name];
    return {
      ...written(where),
      variableAttribute: [
        { value: commands.station.settings.text(name), mutability: isReadOnly ? "ReadOnly" : "ReadWrite" },
      ],
      variableCharacteristics: { dataType, supportsMonitoring: false },
    };
  });
  for (let from = 0, seqNo = 0; from < all.length; from += PER_REPORT, seqNo += 1) {
    const isLast = from + PER_REPORT >= all.length;
    const reportData = all.slice(from, from + PER_REPORT);
    const payload = { requestId, seqNo, generatedAt: iso(commands.nowMs()), tbc: !isLast, reportData };
    commands.say({ action: "NotifyReport", payload });
  }
}

function written([name, variableName, instance]: readonly [string, string, string?]): object {
  return {
    component: { name },
    variable: { name: variableName, ...(instance === undefined ? {} : { instance }) },
  };
}

function settingAt(asked: Place): SettingName | undefined {
  return settingNames().find((name) => {
    const [componentName, variableName, instance]: readonly [string, string, string?] = SETTINGS[name].variable;
    return (
      asked.component.name === componentName &&
      asked.variable.name === variableName &&
      asked.variable.instance === instance
    );
  });
}

function unknown(asked: Place): "UnknownComponent" | "UnknownVariable" {
  const isKnown = settingNames().some((name) => SETTINGS[name].variable[0] === asked.component.name);
  return isKnown ? "UnknownVariable" : "UnknownComponent";
}

function echo({ component: one, variable: other, attributeType }: Place): object {
  return { component: one, variable: other, ...(attributeType === undefined ? {} : { attributeType }) };
}
