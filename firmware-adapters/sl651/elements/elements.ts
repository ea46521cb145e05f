import type { Quantity } from "../../receiving/quantities.ts";

/** Columns: code, point, unit, 中文, English. */
type Row = readonly [string, string, string, string, string];

const ordinal = [1, 2, 3, 4, 5, 6, 7, 8];
const hex = (first: number, index: number): string => (first + index).toString(16).toUpperCase().padStart(2, "0");

/** SL 651-2014, appendix C, table C.1: the elements a gateway of a city meets. */
const ROWS: readonly Row[] = [
  ["02", "airTemperature", "Cel", "瞬时气温", "Air temperature"],
  ["03", "waterTemperature", "Cel", "瞬时水温", "Water temperature"],
  ["06", "evaporationDay", "mm", "日蒸发量", "Evaporation of the day"],
  ["07", "evaporation", "mm", "当前蒸发", "Evaporation"],
  ["08", "pressure", "hPa", "气压", "Air pressure"],
  ["09", "gateOpening", "m", "闸门开启高度", "Gate opening"],
  ["0C", "gatesOpen", "", "闸门开启孔数", "Gates open"],
  ["0D", "groundTemperature", "Cel", "地温", "Ground temperature"],
  ["0E", "groundwaterDepth", "m", "地下水埋深", "Depth to groundwater"],
  ["0F", "waveHeight", "m", "波浪高度", "Wave height"],
  ["10", "soilMoisture10cm", "%", "10 厘米土壤含水量", "Soil moisture at 10 cm"],
  ["11", "soilMoisture20cm", "%", "20 厘米土壤含水量", "Soil moisture at 20 cm"],
  ["12", "soilMoisture30cm", "%", "30 厘米土壤含水量", "Soil moisture at 30 cm"],
  ["13", "soilMoisture40cm", "%", "40 厘米土壤含水量", "Soil moisture at 40 cm"],
  ["18", "humidity", "%", "湿度", "Humidity"],
  ["19", "pumpsRunning", "", "开机台数", "Pumps running"],
  ["1A", "rain1h", "mm", "1 小时降水量", "Rain in 1 hour"],
  ["1B", "rain2h", "mm", "2 小时降水量", "Rain in 2 hours"],
  ["1C", "rain3h", "mm", "3 小时降水量", "Rain in 3 hours"],
  ["1D", "rain6h", "mm", "6 小时降水量", "Rain in 6 hours"],
  ["1E", "rain12h", "mm", "12 小时降水量", "Rain in 12 hours"],
  ["1F", "rainDay", "mm", "日降水量", "Rain of the day"],
  ["20", "rainCurrent", "mm", "当前降水量", "Rain at present"],
  ["21", "rain1min", "mm", "1 分钟降水量", "Rain in 1 minute"],
  ["22", "rain5min", "mm", "5 分钟降水量", "Rain in 5 minutes"],
  ["23", "rain10min", "mm", "10 分钟降水量", "Rain in 10 minutes"],
  ["24", "rain30min", "mm", "30 分钟降水量", "Rain in 30 minutes"],
  ["25", "rainstorm", "mm", "暴雨量", "Rain of the storm"],
  ["26", "rainTotal", "mm", "降水量累计值", "Rain, running total"],
  ["27", "flow", "m3/s", "瞬时流量", "Flow"],
  ...ordinal.map((n): Row => [hex(0x28, n - 1), `outletFlow${n}`, "m3/s", `取（排）水口流量 ${n}`, `Outlet flow ${n}`]),
  ["30", "outflow", "m3/s", "总出库流量", "Total outflow"],
  ["33", "windDirection", "", "风向", "Wind direction (code)"],
  ["34", "windForce", "", "风力", "Wind force (Beaufort)"],
  ["35", "windSpeed", "m/s", "风速", "Wind speed"],
  ["36", "meanVelocity", "m/s", "断面平均流速", "Mean velocity of the section"],
  ["37", "velocity", "m/s", "当前瞬时流速", "Velocity"],
  ["38", "battery", "V", "电源电压", "Supply voltage"],
  ["39", "level", "m", "瞬时河道水位", "Water level"],
  ["3A", "levelBelow", "m", "闸（站）下水位", "Level below the gate"],
  ["3B", "levelAbove", "m", "闸（站）上水位", "Level above the gate"],
  ...ordinal.map((n): Row => [hex(0x3c, n - 1), `outletLevel${n}`, "m", `取（排）水口水位 ${n}`, `Outlet level ${n}`]),
  ["44", "sediment", "kg/m3", "含沙量", "Sediment"],
  ["46", "ph", "", "pH 值", "pH"],
  ["47", "dissolvedOxygen", "mg/L", "溶解氧", "Dissolved oxygen"],
  ["48", "conductivity", "uS/cm", "电导率", "Conductivity"],
  ["49", "turbidity", "NTU", "浊度", "Turbidity"],
  ["4A", "permanganateIndex", "mg/L", "高锰酸盐指数", "Permanganate index"],
  ["4B", "redox", "mV", "氧化还原电位", "Redox potential"],
  ["4C", "ammonia", "mg/L", "氨氮", "Ammonia nitrogen"],
  ["4D", "phosphorus", "mg/L", "总磷", "Total phosphorus"],
  ["4E", "nitrogen", "mg/L", "总氮", "Total nitrogen"],
  ["57", "chlorophyll", "mg/L", "叶绿素 a", "Chlorophyll a"],
  ...ordinal.map((n): Row => [hex(0x58, n - 1), `waterPressure${n}`, "kPa", `水压 ${n}`, `Water pressure ${n}`]),
  ["70", "voltageA", "V", "交流 A 相电压", "Voltage, phase A"],
  ["71", "voltageB", "V", "交流 B 相电压", "Voltage, phase B"],
  ["72", "voltageC", "V", "交流 C 相电压", "Voltage, phase C"],
  ["73", "currentA", "A", "交流 A 相电流", "Current, phase A"],
  ["74", "currentB", "A", "交流 B 相电流", "Current, phase B"],
  ["75", "currentC", "A", "交流 C 相电流", "Current, phase C"],
];

/** Every element we know a name for. */
export const ELEMENTS: readonly Quantity[] = ROWS.map(([code, id, unit, zh, en]) => ({
  code,
  id,
  unit,
  name: { zh, en },
}));

const BY_CODE: ReadonlyMap<string, Quantity> = new Map(ELEMENTS.map((element) => [element.code, element]));

/** By its identifier, two capital hexadecimal digits. */
export function knownElement(code: string): Quantity | undefined {
  return BY_CODE.get(code);
}
