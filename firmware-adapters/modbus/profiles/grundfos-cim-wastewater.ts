import type { PointInput, ProfileInput } from "../profile.ts";

/** The manual numbers registers from 1; on the wire the first one is 0. */
const registerNumber = (number: number): number => number - 1;

const word = {
  table: "input-register",
  type: { kind: "uint16" },
  notAvailable: [0xffff],
} satisfies Partial<PointInput>;
const counter = {
  table: "input-register",
  type: { kind: "uint32", order: "ABCD" },
  notAvailable: [0xffff_ffff],
  pollGroup: "slow",
} satisfies Partial<PointInput>;

/**
 * The pit data block of a Grundfos wastewater interface. Read only: of the control block at 00101, the status block at
 * 00201 and the pump blocks of 50 registers from 00401 we know where they begin and too little of what is in them.
 */
export const grundfosCimWastewater: ProfileInput = {
  id: "grundfos-cim-wastewater",
  name: { zh: "格兰富CIM污水泵站", en: "Grundfos CIM wastewater station" },
  isVerified: false,
  source:
    "Grundfos CIU 202/CIM 200 functional profile for SEG AUTOADAPT, section 9.7 Pit data register block; not held " +
    "against a device, nor is the offset of one between its register numbers and addresses",
  pollGroups: {
    fast: { everyMs: 1_000, keepAliveMs: 60_000 },
    slow: { everyMs: 30_000, keepAliveMs: 900_000 },
  },
  points: [
    {
      ...word,
      id: "level",
      name: { zh: "集水井液位", en: "Pit water level" },
      address: registerNumber(301),
      scale: 0.01,
      unit: "m",
      range: { min: 0, max: 100 },
      deadband: 0.01,
      pollGroup: "fast",
    },
    {
      ...word,
      id: "maxLevel",
      name: { zh: "历史最高液位", en: "Highest water level" },
      address: registerNumber(302),
      scale: 0.01,
      unit: "m",
      range: { min: 0, max: 100 },
      pollGroup: "slow",
    },
    {
      ...counter,
      id: "power",
      name: { zh: "功率", en: "Power" },
      address: registerNumber(303),
      unit: "W",
      deadband: 50,
      pollGroup: "fast",
    },
    { ...counter, id: "energy", name: { zh: "电能", en: "Energy" }, address: registerNumber(305), unit: "kW.h" },
    {
      ...counter,
      id: "powerOnTime",
      name: { zh: "通电时间", en: "Power-on time" },
      address: registerNumber(307),
      unit: "min",
      deadband: 10,
    },
    {
      ...counter,
      id: "operatingTime",
      name: { zh: "运行时间", en: "Operating time" },
      address: registerNumber(309),
      unit: "min",
      deadband: 10,
    },
    {
      ...word,
      id: "operatingShare",
      name: { zh: "近30天运行时间占比", en: "Operating share of the last 30 days" },
      address: registerNumber(311),
      scale: 0.01,
      unit: "%",
      range: { min: 0, max: 100 },
      deadband: 0.1,
      pollGroup: "slow",
    },
    {
      ...word,
      id: "twoPumpShare",
      name: { zh: "近30天多泵运行占比", en: "Share with several pumps in the last 30 days" },
      address: registerNumber(312),
      scale: 0.01,
      unit: "%",
      range: { min: 0, max: 100 },
      deadband: 0.1,
      pollGroup: "slow",
    },
  ],
};
