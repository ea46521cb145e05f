import { describe, expect, it } from "vitest";

import { matchesFilter } from "./topic-filter.ts";

describe("a topic filter", () => {
  // MQTT 3.1.1, sections 4.7.1 and 4.7.2, whose examples these are where they begin with "sport" or "finance".
  it.each([
    ["sport/tennis/player1/#", "sport/tennis/player1", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
    ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true],
    ["sport/tennis/player1/#", "sport/tennis/player10", false],
    ["sport/#", "sport", true],
    ["#", "sport/tennis", true],
    ["sport/tennis/+", "sport/tennis/player1", true],
    ["sport/tennis/+", "sport/tennis/player1/ranking", false],
    ["sport/+", "sport", false],
    ["sport/+", "sport/", true],
    ["+/+", "/finance", true],
    ["/+", "/finance", true],
    ["+", "/finance", false],
    ["+", "finance", true],
    ["+/tennis/#", "sport/tennis", true],
    ["#", "$SYS/broker/load", false],
    ["+/monitor/Clients", "$SYS/monitor/Clients", false],
    ["$SYS/#", "$SYS/monitor/Clients", true],
    ["$SYS/monitor/+", "$SYS/monitor/Clients", true],
    ["a/b", "a/b", true],
    ["a/b", "a/B", false],
    ["a/b", "a/b/", false],
    ["a//b", "a//b", true],
    ["a/+/b", "a//b", true],
    ["应用/+", "应用/按钮", true],
    ["application/1/device/+/event/+", "application/1/device/0102030405060708/event/up", true],
    ["application/1/device/+/event/+", "application/1/device/0102030405060708/command/down", false],
  ])("%s matches %s: %s", (filter, topic, isMatch) => {
    expect(matchesFilter(filter, topic)).toBe(isMatch);
  });
});
