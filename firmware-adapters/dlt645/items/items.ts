/** How often an item is worth reading. */
export type PollGroup = "fast" | "slow";

/**
 * One data item of the standard as we read it.
 *
 * `identifier`: DI3 to DI0. `bytes`: of BCD digits, lowest first; `decimals`: digits behind the point. `isSigned`: the
 * top bit is a sign. `trailingBytes`: what follows the value and is not read. `isCounter`: never goes backwards.
 */
export interface Item {
  readonly identifier: string;
  readonly bytes: number;
  readonly decimals: number;
  readonly isSigned: boolean;
  readonly trailingBytes: number;
  readonly unit: string;
  readonly group: PollGroup;
  /** A change up to this is not worth keeping. */
  readonly deadband: number;
  readonly isCounter: boolean;
  readonly name: { readonly zh: string; readonly en: string };
}

type Form = Pick<Item, "bytes" | "decimals" | "isSigned" | "unit" | "group" | "deadband">;

const ENERGY: Form = { bytes: 4, decimals: 2, isSigned: false, unit: "kWh", group: "slow", deadband: 0 };
const NET_ENERGY: Form = { ...ENERGY, isSigned: true };
const VOLTAGE: Form = { bytes: 2, decimals: 1, isSigned: false, unit: "V", group: "fast", deadband: 0.5 };
const CURRENT: Form = { bytes: 3, decimals: 3, isSigned: true, unit: "A", group: "fast", deadband: 0.02 };
const POWER: Form = { bytes: 3, decimals: 4, isSigned: true, unit: "kW", group: "fast", deadband: 0.01 };
const REACTIVE: Form = { ...POWER, unit: "kvar" };
const APPARENT: Form = { ...POWER, unit: "kVA" };
const FACTOR: Form = { bytes: 2, decimals: 3, isSigned: true, unit: "", group: "fast", deadband: 0.01 };
const FREQUENCY: Form = { bytes: 2, decimals: 2, isSigned: false, unit: "Hz", group: "fast", deadband: 0.02 };
const DEMAND: Form = { bytes: 3, decimals: 4, isSigned: true, unit: "kW", group: "slow", deadband: 0 };
const TEMPERATURE: Form = { bytes: 2, decimals: 1, isSigned: true, unit: "Cel", group: "slow", deadband: 0.5 };
const BATTERY: Form = { bytes: 2, decimals: 2, isSigned: false, unit: "V", group: "slow", deadband: 0.02 };

/** Month, day, hour and minute of the demand stand behind it. */
const DEMAND_TIME_BYTES = 5;

function item(identifier: string, form: Form, zh: string, en: string): Item {
  return { ...form, identifier, trailingBytes: 0, isCounter: false, name: { zh, en } };
}

function counter(identifier: string, zh: string, en: string): Item {
  return { ...item(identifier, ENERGY, zh, en), isCounter: true };
}

function peak(identifier: string, zh: string, en: string): Item {
  return { ...item(identifier, DEMAND, zh, en), trailingBytes: DEMAND_TIME_BYTES };
}

/**
 * The data items a site may ask for, by the point each becomes.
 *
 * @see DL/T 645-2007, annex A: data identifiers, tables A.1 to A.3
 */
export const ITEMS = {
  energy: counter("00010000", "正向有功总电能", "Forward active energy"),
  "energy.t1": counter("00010100", "正向有功费率1电能", "Forward active energy, tariff 1"),
  "energy.t2": counter("00010200", "正向有功费率2电能", "Forward active energy, tariff 2"),
  "energy.t3": counter("00010300", "正向有功费率3电能", "Forward active energy, tariff 3"),
  "energy.t4": counter("00010400", "正向有功费率4电能", "Forward active energy, tariff 4"),
  energyReverse: counter("00020000", "反向有功总电能", "Reverse active energy"),
  "energyReverse.t1": counter("00020100", "反向有功费率1电能", "Reverse active energy, tariff 1"),
  "energyReverse.t2": counter("00020200", "反向有功费率2电能", "Reverse active energy, tariff 2"),
  "energyReverse.t3": counter("00020300", "反向有功费率3电能", "Reverse active energy, tariff 3"),
  "energyReverse.t4": counter("00020400", "反向有功费率4电能", "Reverse active energy, tariff 4"),
  energyNet: item("00000000", NET_ENERGY, "组合有功总电能", "Combined active energy"),
  "voltage.a": item("02010100", VOLTAGE, "A相电压", "Voltage A"),
  "voltage.b": item("02010200", VOLTAGE, "B相电压", "Voltage B"),
  "voltage.c": item("02010300", VOLTAGE, "C相电压", "Voltage C"),
  "current.a": item("02020100", CURRENT, "A相电流", "Current A"),
  "current.b": item("02020200", CURRENT, "B相电流", "Current B"),
  "current.c": item("02020300", CURRENT, "C相电流", "Current C"),
  "current.n": item("02800001", CURRENT, "零线电流", "Neutral current"),
  power: item("02030000", POWER, "瞬时总有功功率", "Active power"),
  "power.a": item("02030100", POWER, "A相有功功率", "Active power A"),
  "power.b": item("02030200", POWER, "B相有功功率", "Active power B"),
  "power.c": item("02030300", POWER, "C相有功功率", "Active power C"),
  reactivePower: item("02040000", REACTIVE, "瞬时总无功功率", "Reactive power"),
  apparentPower: item("02050000", APPARENT, "瞬时总视在功率", "Apparent power"),
  powerFactor: item("02060000", FACTOR, "总功率因数", "Power factor"),
  "powerFactor.a": item("02060100", FACTOR, "A相功率因数", "Power factor A"),
  "powerFactor.b": item("02060200", FACTOR, "B相功率因数", "Power factor B"),
  "powerFactor.c": item("02060300", FACTOR, "C相功率因数", "Power factor C"),
  frequency: item("02800002", FREQUENCY, "电网频率", "Frequency"),
  demand: item("02800004", DEMAND, "当前有功需量", "Present active demand"),
  "demand.max": peak("01010000", "正向有功最大需量", "Greatest forward active demand"),
  temperature: item("02800007", TEMPERATURE, "表内温度", "Temperature inside the meter"),
  clockBattery: item("02800008", BATTERY, "时钟电池电压", "Clock battery voltage"),
} as const satisfies Record<string, Item>;

export type ItemId = keyof typeof ITEMS;

/** Every item's id, in the table's order. */
export const ITEM_IDS = Object.keys(ITEMS).filter(isItemId);

function isItemId(id: string): id is ItemId {
  return Object.hasOwn(ITEMS, id);
}
