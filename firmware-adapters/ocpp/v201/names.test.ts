import { describe, expect, it } from "vitest";

import { idTokenOf, tagOf } from "./id-token.ts";
import { parseVariableName, variableName } from "./variable-name.ts";

describe("a variable's name", () => {
  it.each<[string, object, object]>([
    ["TxCtrlr.StopTxOnInvalidId", { name: "TxCtrlr" }, { name: "StopTxOnInvalidId" }],
    ["EVSE#2.AvailabilityState", { name: "EVSE", evse: { id: 2 } }, { name: "AvailabilityState" }],
    ["Connector#1/2.ConnectorType", { name: "Connector", evse: { id: 1, connectorId: 2 } }, { name: "ConnectorType" }],
    ["TokenReader(left)#1.Problem", { name: "TokenReader", instance: "left", evse: { id: 1 } }, { name: "Problem" }],
    [
      "OCPPCommCtrlr.MessageAttempts(TransactionEvent)",
      { name: "OCPPCommCtrlr" },
      { name: "MessageAttempts", instance: "TransactionEvent" },
    ],
  ])("%s stands for its component and variable", (text, component, variable) => {
    expect(parseVariableName(text)).toEqual({ component, variable });
    expect(variableName(component, variable)).toBe(text);
  });

  it("may leave the variable out, and means the component then", () => {
    expect(parseVariableName("TxCtrlr")).toEqual({ component: { name: "TxCtrlr" }, variable: undefined });
  });

  it.each(["", ".", "A.", "A B.C", "A.B.C", "A#x.B", "A(.B"])("%j is none", (text) => {
    expect(parseVariableName(text)).toBeUndefined();
  });
});

describe("a tag as a token", () => {
  it.each([
    ["04A1B2C3", "ISO14443"],
    ["04a1b2c3d4e5f6", "ISO14443"],
    ["E004010012345678", "ISO15693"],
    ["DE8AACA2B3C4X5", "eMAID"],
    ["DE-8AA-CA2B3C4D5-N", "eMAID"],
    ["00:1B:44:11:3A:B7", "MacAddress"],
    ["04A1B2", "Central"],
    ["anna", "Central"],
  ])("%s is %s", (idTag, type) => {
    expect(idTokenOf(idTag)).toEqual({ idToken: idTag, type });
  });

  it("is nobody's where a button was pressed", () => {
    expect(tagOf({ idToken: "", type: "NoAuthorization" })).toEqual({
      decideOn: "NoAuthorization",
      idTag: undefined,
    });
    expect(tagOf(undefined)).toBeUndefined();
  });
});
