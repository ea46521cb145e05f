import type { FactorRow } from "./factor.ts";

/**
 * HJ 212-2017, appendix B, table B.2. The standard gives particles in ng/m³; the ambient stations in use send µg/m³, which
 * is what stands here. a05024 is not in the table of 2017 but in HJ 524, from which the codes are.
 */
export const AIR: readonly FactorRow[] = [
  ["a00000", "B02", "gasFlow", "m3/s", "废气流量", "Flue gas flow"],
  ["a01001", "", "temperature", "Cel", "温度", "Temperature"],
  ["a01002", "", "humidity", "%", "湿度", "Humidity"],
  ["a01006", "", "pressure", "kPa", "气压", "Air pressure"],
  ["a01007", "", "windSpeed", "m/s", "风速", "Wind speed"],
  ["a01008", "", "windDirection", "deg", "风向", "Wind direction"],
  ["a01010", "37", "ringelmann", "", "林格曼黑度", "Ringelmann number"],
  ["a01011", "S02", "flueVelocity", "m/s", "烟气流速", "Flue gas velocity"],
  ["a01012", "S03", "flueTemperature", "Cel", "烟气温度", "Flue gas temperature"],
  ["a01013", "S08", "fluePressure", "kPa", "烟气压力", "Flue gas pressure"],
  ["a01014", "S05", "flueHumidity", "%", "烟气湿度", "Flue gas humidity"],
  ["a05001", "30", "carbonDioxide", "mg/m3", "二氧化碳", "Carbon dioxide"],
  ["a05002", "", "methane", "mg/m3", "甲烷", "Methane"],
  ["a05024", "", "ozone", "ug/m3", "臭氧", "Ozone"],
  ["a19001", "S01", "oxygen", "%", "氧气含量", "Oxygen"],
  ["a21001", "10", "ammoniaGas", "mg/m3", "氨气", "Ammonia"],
  ["a21002", "03", "nitrogenOxides", "mg/m3", "氮氧化物", "Nitrogen oxides"],
  ["a21003", "", "nitricOxide", "mg/m3", "一氧化氮", "Nitric oxide"],
  ["a21004", "", "nitrogenDioxide", "mg/m3", "二氧化氮", "Nitrogen dioxide"],
  ["a21005", "04", "carbonMonoxide", "mg/m3", "一氧化碳", "Carbon monoxide"],
  ["a21018", "06", "fluorideGas", "mg/m3", "氟化物", "Fluorides"],
  ["a21022", "11", "chlorine", "mg/m3", "氯气", "Chlorine"],
  ["a21024", "08", "hydrogenChloride", "mg/m3", "氯化氢", "Hydrogen chloride"],
  ["a21026", "02", "sulphurDioxide", "mg/m3", "二氧化硫", "Sulphur dioxide"],
  ["a21028", "05", "hydrogenSulphide", "mg/m3", "硫化氢", "Hydrogen sulphide"],
  ["a24087", "25", "hydrocarbons", "mg/m3", "碳氢化合物", "Hydrocarbons"],
  ["a24088", "", "nonMethaneHydrocarbons", "mg/m3", "非甲烷总烃", "Non-methane hydrocarbons"],
  ["a25002", "", "benzene", "mg/m3", "苯", "Benzene"],
  ["a25003", "17", "toluene", "mg/m3", "甲苯", "Toluene"],
  ["a25005", "18", "xylene", "mg/m3", "二甲苯", "Xylene"],
  ["a34001", "", "tsp", "ug/m3", "总悬浮颗粒物", "Total suspended particles"],
  ["a34002", "", "pm10", "ug/m3", "可吸入颗粒物 PM10", "PM10"],
  ["a34004", "", "pm25", "ug/m3", "细颗粒物 PM2.5", "PM2.5"],
  ["a34013", "01", "smoke", "mg/m3", "烟尘", "Smoke"],
  ["a99054", "", "volatileOrganics", "mg/m3", "挥发性有机物", "Volatile organic compounds"],
];
